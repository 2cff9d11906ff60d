// Random but valid histories of a room.
import fc from 'fast-check'
import { KINDS, type Kind, OUTCOMES, type Outcome } from '@roomcast/shared/protocol'
import { ModelLog } from './model-log.ts'

/** Every kind of text that has ever broken a cut at bytes: wide, joined, right-to-left, control, byte order mark. */
export const someText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    '👩‍👩‍👧‍👦',
    '🎉 done',
    '日本語',
    'שלום',
    '\ufeff',
    'a\u0000b',
    '\r\n',
    'e\u0301',
    '\u2028',
    '𝄞',
  ),
)

export type Step =
  | { readonly do: 'say'; readonly text: string; readonly ask: boolean }
  | { readonly do: 'write'; readonly text: string; readonly kind: Kind }
  | {
      readonly do: 'end'
      readonly outcome: Outcome
      readonly lost: string
      readonly final: string
    }
  | { readonly do: 'withdraw'; readonly place: number }
  | { readonly do: 'again'; readonly mode: 'retry' | 'continue' }
  | { readonly do: 'resume' | 'rename' | 'unknown' | 'muse' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      text: someText,
      kind: fc.constantFrom(...KINDS, 'text' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      text: someText,
      ask: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      outcome: fc.constantFrom(...OUTCOMES),
      lost: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, someText),
      final: fc.oneof(fc.constant(''), someText),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('withdraw' as const), place: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('again' as const),
      mode: fc.constantFrom('retry' as const, 'continue' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('resume' as const, 'rename' as const, 'muse' as const, 'muse' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unknown' as const) }) },
)

function play(log: ModelLog, step: Step): void {
  switch (step.do) {
    case 'say':
      return log.post(step.text, step.ask)
    case 'write':
      if (!log.running && !log.held) log.post('Why?', true)
      return log.append(step.text, step.kind)
    case 'muse':
      return log.append('', 'thinking')
    case 'end':
      log.lose(step.lost)
      log.append(step.final, 'text')
      return log.end(step.outcome)
    case 'withdraw':
      return log.withdraw(step.place)
    case 'again':
      return log.again(step.mode)
    case 'resume':
      return log.resume()
    case 'rename':
      return log.join(`Alice ${log.entries.length}`)
    case 'unknown':
      return log.unknown()
  }
}

export const someHistory: fc.Arbitrary<readonly Step[]> = fc.array(step, {
  minLength: 4,
  maxLength: 28,
})

/** Plays a history on a new log. */
export function played(history: readonly Step[]): ModelLog {
  const log = new ModelLog()
  log.create()
  for (const one of history) play(log, one)
  return log
}
