// How much is unread in a room of the list. Pure.
import type { Message, RoomSummary } from '@roomcast/shared/protocol'
import { isUnread } from './unread.ts'

export interface RoomUnread {
  /** Messages of others; null: there is something, and nobody has counted it. */
  readonly count: number | null
  /** There are still more, which were not counted. */
  readonly more: boolean
  /** Somebody calls this member by name. */
  readonly mention: boolean
}

/** Whether a room may have unread messages. @param seen offset of the last entry that was seen; null: never opened here */
export function mayHaveUnread({ offset }: RoomSummary, seen: number | null): boolean {
  return seen !== null && offset !== undefined && offset > seen
}

/** The unread messages of a page; null when it has none. */
export function unreadIn(
  {
    messages,
    later = false,
  }: { readonly messages: readonly Message[]; readonly later?: boolean | undefined },
  seen: number,
  me: string | null,
): RoomUnread | null {
  const others = messages.filter((message) => isUnread(message, seen, me))
  if (others.length === 0) return null
  const mention = others.some(
    (message) => message.kind === 'said' && message.mentions?.includes(me ?? '') === true,
  )
  return { count: others.length, more: later, mention }
}
