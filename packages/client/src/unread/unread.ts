// The messages that are unread for a returning reader. Pure.
import type { Message, RoomState } from '@roomcast/shared/protocol'

export interface Unread {
  /** Messages after this offset are unread. */
  readonly after: number
  /** The number of unread messages when the reader came back. */
  readonly count: number
  /** There are more unread messages, further back than the room's window. */
  readonly more: boolean
}

/** Whether a message is unread for a member: after `seen`, and Claude's or another member's that is not retracted. */
export function isUnread(message: Message, seen: number, me: string | null): boolean {
  if (message.offset <= seen) return false
  return message.kind === 'reply' || (message.by !== me && message.retractedBy === undefined)
}

/**
 * The unread messages since an offset; null if there are none, or if the reader never opened the room here.
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
