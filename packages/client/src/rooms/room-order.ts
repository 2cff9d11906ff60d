// The order of the member's rooms, and finding one among them. Pure.
import type { RoomSummary } from '@roomcast/shared/protocol'
import type { UnreadCount } from '../unread/unread-count.ts'

/** Rooms in which Claude is answering first, then the most recently used ones. */
export function inOrder(rooms: readonly RoomSummary[]): readonly RoomSummary[] {
  return rooms.toSorted((a, b) => Number(b.running) - Number(a.running) || b.at - a.at)
}

/** The next room with unread messages, wrapping around; null if there is none. */
export function nextUnread(
  order: readonly RoomSummary[],
  unread: ReadonlyMap<string, UnreadCount>,
  from: string | null,
  step: 1 | -1,
): string | null {
  const at = order.findIndex(({ roomId }) => roomId === from)
  for (let moved = 1; moved <= order.length; moved++) {
    const base = at < 0 && step < 0 ? 0 : at
    const room = order[(((base + moved * step) % order.length) + order.length) % order.length]
    if (room && room.roomId !== from && unread.has(room.roomId)) return room.roomId
  }
  return null
}

/** The rooms whose titles contain all the words, in the given order. */
export function matching(rooms: readonly RoomSummary[], text: string): readonly RoomSummary[] {
  const parts = text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return rooms.filter(({ title }) =>
    parts.every((part) => title.toLocaleLowerCase().includes(part)),
  )
}
