// Where a reply stands in the conversation: below its question or apart from it, and which attempt at it it is.
import type { Message, Said } from '@roomcast/shared/protocol'

export interface ReplyAttempt {
  /** The question, where something else stands between it and the reply; null otherwise, or where it is not here. */
  readonly question: Said | null
  /** Which attempt at the question it is, from 1; what goes on from a reply belongs to its attempt. */
  readonly attempt: number
  /** How many attempts there are. */
  readonly attempts: number
}

/** A reply right below its question, which was asked once. */
export const ORDINARY: ReplyAttempt = { question: null, attempt: 1, attempts: 1 }

/**
 * The places of those replies that have another than the ordinary one, by their number.
 * @param messages oldest first
 * @param before what was found for an earlier state of them: what is the same stays the same object
 */
export function replyAttempts(
  messages: readonly Message[],
  before: ReadonlyMap<number, ReplyAttempt> = new Map(),
): ReadonlyMap<number, ReplyAttempt> {
  const questions = new Map<string, Said>()
  const attempts = new Map<string, number>()
  const found: { number: number; messageId: string; question: Said | null; attempt: number }[] = []
  let above: string | null = null
  for (const message of messages) {
    const { messageId } = message
    if (message.kind === 'said') questions.set(messageId, message)
    else {
      const attempt = Math.max(
        1,
        (attempts.get(messageId) ?? 0) + Number(message.mode !== 'continue'),
      )
      attempts.set(messageId, attempt)
      const question = above === messageId ? null : (questions.get(messageId) ?? null)
      found.push({ number: message.number, messageId, question, attempt })
    }
    above = messageId
  }
  const places = new Map<number, ReplyAttempt>()
  for (const { number, messageId, question, attempt } of found) {
    const place = { question, attempt, attempts: attempts.get(messageId) ?? 1 }
    if (isSame(place, ORDINARY)) continue
    const known = before.get(number)
    places.set(number, known && isSame(known, place) ? known : place)
  }
  const same =
    places.size === before.size &&
    [...places].every(([number, place]) => before.get(number) === place)
  return same ? before : places
}

function isSame(one: ReplyAttempt, other: ReplyAttempt): boolean {
  return (
    one.question === other.question &&
    one.attempt === other.attempt &&
    one.attempts === other.attempts
  )
}
