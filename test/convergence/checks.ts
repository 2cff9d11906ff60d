// Properties of a room at rest, whatever its history.
import { isDeepStrictEqual } from 'node:util'
import type { RoomState } from '@roomcast/shared/protocol'
import type { Court, Sent } from './judge.ts'

/** The text that Claude wrote in one answer; `stopped`: it reached Claude's own end. */
export interface Written {
  readonly text: string
  readonly stopped: boolean
}

/** The end of a reply, and its text (without the thinking, if that is shown). */
export interface Ending {
  readonly text: string
  readonly ended: { readonly outcome: string } | null
}

/** A reply is a prefix of the text that Claude wrote, and the whole text if it is complete. */
export function checkUpstream(
  replies: Iterable<readonly [number, Ending]>,
  written: readonly Written[],
  { report }: Pick<Court, 'report'>,
): void {
  for (const [number, { text, ended }] of replies) {
    if (!ended) return report('R2', `${number} has no end`)
    const isFromClaude = (one: Written) =>
      ended.outcome === 'completed' ? one.stopped && one.text === text : one.text.startsWith(text)
    const isUnasked = text === '' && ended.outcome !== 'completed'
    if (!isUnasked && !written.some(isFromClaude))
      report('R1', `reply ${number} is not what Claude sent: ${text}`)
  }
}

/** Acknowledged commands are in the log once, refused ones are not, and unanswered ones are there at most once. */
export function checkAnswers(sent: readonly Sent[], { truth, report }: Omit<Court, 'tally'>): void {
  for (const { intent, result, by } of sent) {
    if (intent.type !== 'post') continue
    const times = truth.posted(intent.text.toWellFormed()).length
    if (times > 1) report('R4', `${by}: posted ${times} times: ${intent.text}`)
    if (result?.ok && times !== 1) report('R4', `${by}: acknowledged and lost: ${intent.text}`)
    const isRefused = result?.ok === false && result.error.code !== 'removed'
    if (isRefused && times > 0) report('R4', `${by}: refused and done: ${intent.text}`)
  }
}

/** The first difference between two rooms, described for the reader of a failure. */
export function difference(ours: RoomState | null, theirs: RoomState): string {
  if (!ours) return 'none'
  const keys = Object.keys(theirs) as (keyof RoomState)[]
  const key = keys.find((one) => !isDeepStrictEqual(ours[one], theirs[one]))
  if (key !== 'messages') return `${key}: ${JSON.stringify(key && [ours[key], theirs[key]])}`
  const index = theirs.messages.findIndex(
    (message, place) => !isDeepStrictEqual(message, ours.messages[place]),
  )
  return JSON.stringify([ours.messages[index], theirs.messages[index]])
}
