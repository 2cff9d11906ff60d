// The context that all messages of a conversation share. Its values are stable, so a change re-renders only the messages
// that show it.
import type { Message, Reply } from '@roomcast/shared/protocol'
import { computed, type ComputedRef } from 'vue'
import type { RoomShown } from '../opened-room/use-opened-room.ts'
import { type NewestReplies, newestReplies } from '../answer/newest-replies.ts'
import { ORDINARY, type ReplyAttempt, replyAttempts } from '../answer/reply-attempts.ts'

export interface MessageContext {
  readonly name: (memberId: string) => string
  readonly tone: (memberId: string) => number
  /** The place of a question in the queue, from 1; null if it is not queued. */
  readonly place: (messageId: string) => number | null
  /** When a reply began, by this screen's clock; null when it is not running. */
  readonly began: (reply: Reply) => number | null
  readonly still: ComputedRef<'offline' | 'paused' | null>
  /** No generation is running, so replies may be retried or continued. */
  readonly idle: ComputedRef<boolean>
  readonly newest: ComputedRef<NewestReplies>
  /** The question of a reply, and which attempt at it the reply is. */
  readonly attemptOf: (reply: Reply) => ReplyAttempt
}

export function messageContext(
  opened: RoomShown,
  messages: () => readonly Message[],
): MessageContext {
  const { state, link, answering, people } = opened
  const queue = computed(() => state.value?.queue ?? [])
  const places = computed((before?: ReturnType<typeof replyAttempts>) =>
    replyAttempts(messages(), before),
  )
  return {
    name: (memberId) => people.name.value(memberId),
    tone: (memberId) => people.tone.value(memberId),
    place: (messageId) => {
      const index = queue.value.indexOf(messageId)
      return index < 0 ? null : index + 1
    },
    began: (reply) =>
      reply.ended === null && answering.value?.reply.number === reply.number
        ? answering.value.began
        : null,
    attemptOf: ({ number }) => places.value.get(number) ?? ORDINARY,
    still: computed(() =>
      link.value === 'offline' || link.value === 'paused' ? link.value : null,
    ),
    idle: computed(() => state.value?.running === null && link.value === 'live'),
    newest: computed((before?: NewestReplies) => {
      const now = newestReplies(messages())
      return before && isSame(before.any, now.any) && isSame(before.telling, now.telling)
        ? before
        : now
    }),
  }
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((number) => other.has(number))
}
