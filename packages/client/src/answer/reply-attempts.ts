// The place of a reply in the conversation: directly below its question or apart from it, and which attempt it is.
import type { Message, Said } from '@roomcast/shared/protocol'

export interface ReplyAttempt {
  /** The question, if another message lies between it and the reply; null otherwise, or if the question is not loaded. */
  readonly question: Said | null
  /** The number of this attempt at the question, from 1. A continuation belongs to the attempt of the reply it continues. */
  readonly attempt: number
  /** The total number of attempts. */
  readonly attempts: number
}

/** The place of a reply right below its question, with no other attempt. */
export const ORDINARY: ReplyAttempt = { question: null, attempt: 1, attempts: 1 }

/**
 * The places of all replies whose place is not the ordinary one, by number.
 * @param messages oldest first
 * @param before the result for an earlier state of the messages; unchanged places keep their objects
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
