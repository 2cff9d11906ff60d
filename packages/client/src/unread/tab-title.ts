// The title of a room's tab, with the unread messages while the page is hidden. Pure.
import type { Message, RoomState } from '@roomcast/shared/protocol'
import { isUnread } from './unread.ts'

/** Messages of others that came, and answers that ended, after the room was at the position `since`. */
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

/** The unread messages worth a notification: Claude's answers to this member, and mentions of them. */
export function worthNotifying(fresh: readonly Message[], me: string | null): readonly Message[] {
  return fresh.filter((message) =>
    message.kind === 'said' ? message.mentions?.includes(me ?? '') : message.by === me,
  )
}
