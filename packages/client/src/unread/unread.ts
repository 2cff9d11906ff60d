// What is new to somebody who comes back. Pure.
import type { Message, RoomState } from '@roomcast/shared/protocol'

export interface Unread {
  /** New is what comes after this offset. */
  readonly after: number
  /** How many messages of others that were, when the reader came back. */
  readonly count: number
  /** There are more of them, further back than the room's window. */
  readonly more: boolean
}

/** Whether a message after an offset is new to a member: Claude's, or what somebody else has said and not retracted. */
export function isUnread(message: Message, seen: number, me: string | null): boolean {
  if (message.offset <= seen) return false
  return message.kind === 'reply' || (message.by !== me && message.retractedBy === undefined)
}

/**
 * What others have said, and Claude, since an offset; null when that is nothing, or nothing is known of it.
 * @param seen offset of the last entry that the reader has seen; null if none
 */
export function unreadSince(
  state: RoomState,
  seen: number | null,
  me: string | null,
): Unread | null {
  if (seen === null) return null
  const others = state.messages.filter((message) => isUnread(message, seen, me))
  if (others.length === 0) return null
  const first = state.messages[0]?.offset ?? 0
  return { after: seen, count: others.length, more: state.earlier && first > seen + 1 }
}
