// The unread count of a room in the list. Pure.
import type { Message, RoomSummary } from '@roomcast/shared/protocol'
import { isUnread } from './unread.ts'

export interface UnreadCount {
  /** Unread messages of others; null: there may be some, but counting failed. */
  readonly count: number | null
  /** There are more, which were not counted. */
  readonly more: boolean
  /** An unread message mentions this member. */
  readonly mention: boolean
}

/** Whether a room may have unread messages. @param seen offset of the last entry seen; null: never opened here */
export function mayHaveUnread({ offset }: RoomSummary, seen: number | null): boolean {
  return seen !== null && offset !== undefined && offset > seen
}

/** Counts the unread messages of a page; null if it has none. */
export function unreadIn(
  {
    messages,
    later = false,
  }: { readonly messages: readonly Message[]; readonly later?: boolean | undefined },
  seen: number,
  me: string | null,
): UnreadCount | null {
  const others = messages.filter((message) => isUnread(message, seen, me))
  if (others.length === 0) return null
  const mention = others.some(
    (message) => message.kind === 'said' && message.mentions?.includes(me ?? '') === true,
  )
  return { count: others.length, more: later, mention }
}
