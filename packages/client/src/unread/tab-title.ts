// What the tab of a room says, also while nobody looks at it. Pure.
import type { Message, RoomState } from '@roomcast/shared/protocol'
import { isUnread } from './unread.ts'

/** Messages of others, and answers, that came or ended after the room stood at `offset` at the time `since`. */
export function unreadWhileHidden(
  state: RoomState,
  since: { readonly offset: number; readonly running: number | null },
  me: string | null,
): readonly Message[] {
  return state.messages.filter((message) => {
    if (message.kind === 'said') return isUnread(message, since.offset, me)
    return (
      message.ended !== null && (message.offset > since.offset || message.number === since.running)
    )
  })
}

/** `(3) Design review · Roomcast` */
export function tabTitle(title: string, count: number): string {
  return count === 0 ? title : `(${count > 99 ? '99+' : count}) ${title}`
}

/** What of it is worth a notification: Claude has answered this member, or somebody calls them. */
export function worthNotifying(fresh: readonly Message[], me: string | null): readonly Message[] {
  return fresh.filter((message) =>
    message.kind === 'said' ? message.mentions?.includes(me ?? '') : message.by === me,
  )
}
