// How Claude failed while members watched, and how soon all of them were told.
import type { RequestRecord } from '@roomcast/simulator'
import type { Evidence } from './checker.ts'

/** An answer that Claude broke off. */
export interface BrokenOff {
  /** The scenario of the simulator. */
  readonly scenario: string
  /** From the end of the request until half of the screens showed the end, ms. */
  readonly took: number
}

/**
 * Finds the request of each answer that failed after some text, by that unique text.
 * @param beganAt when the round began, ms since 1970, because requests are recorded in that time
 */
export function findBrokenOff(
  { histories, entries, runs }: Evidence,
  requests: readonly RequestRecord[],
  beganAt: number,
): BrokenOff[] {
  const found: BrokenOff[] = []
  for (const entry of entries) {
    if (entry.type !== 'generation-ended' || entry.outcome !== 'failed') continue
    const run = runs.find(({ number }) => number === entry.number)
    const from = run?.marks.findLast(({ kind }) => kind === 'text')?.from ?? 0
    const text = Buffer.from(run?.text ?? '')
      .subarray(from)
      .toString()
    const shown = histories.flatMap(({ lines }) =>
      lines.filter(
        ({ kind, ...line }) =>
          kind === 'ended' && 'generationId' in line && line.generationId === entry.generationId,
      ),
    )
    // A member who joined later, or was disconnected, was not waiting.
    const times = shown.map(({ at }) => beganAt + at).toSorted((one, other) => one - other)
    const told = times[Math.floor(times.length / 2)]
    const request = requests.findLast(
      (one) =>
        text !== '' &&
        one.scenario !== 'normal' &&
        one.text.toWellFormed().startsWith(text) &&
        (one.endedAt ?? Infinity) <= (told ?? 0),
    )
    if (!request?.scenario || request.endedAt === null || told === undefined) continue
    found.push({ scenario: request.scenario, took: told - request.endedAt })
  }
  return found
}
