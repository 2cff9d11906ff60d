// The order of my rooms, and what is new in them. Pure.
import type { Message, RoomSummary } from '@roomcast/shared/protocol'
import { isNew } from './room/unread.ts'

export interface Fresh {
  /** Messages of others; null: there is something, and nobody has counted it. */
  readonly count: number | null
  /** There are still more, which were not counted. */
  readonly more: boolean
  /** Somebody calls this member by name. */
  readonly mention: boolean
}

/** Rooms in which Claude is answering first, then as last used. */
export function inOrder(rooms: readonly RoomSummary[]): readonly RoomSummary[] {
  return rooms.toSorted((a, b) => Number(b.running) - Number(a.running) || b.at - a.at)
}

/** Whether something may be new in a room. @param seen offset up to which it was seen; null: never looked at here */
export function mayBeNew({ offset }: RoomSummary, seen: number | null): boolean {
  return seen !== null && offset !== undefined && offset > seen
}

/** What of a page of messages after the ones that were seen is new to this member; null when nothing is. */
export function freshOf(
  {
    messages,
    later = false,
  }: { readonly messages: readonly Message[]; readonly later?: boolean | undefined },
  seen: number,
  me: string | null,
): Fresh | null {
  const others = messages.filter((message) => isNew(message, seen, me))
  if (others.length === 0) return null
  const mention = others.some(
    (message) => message.kind === 'said' && message.mentions?.includes(me ?? '') === true,
  )
  return { count: others.length, more: later, mention }
}

/** The next room with something new, around the list; null when there is none. */
export function nextFresh(
  order: readonly RoomSummary[],
  fresh: ReadonlyMap<string, Fresh>,
  from: string | null,
  step: 1 | -1,
): string | null {
  const at = order.findIndex(({ roomId }) => roomId === from)
  for (let moved = 1; moved <= order.length; moved++) {
    const base = at < 0 && step < 0 ? 0 : at
    const room = order[(((base + moved * step) % order.length) + order.length) % order.length]
    if (room && room.roomId !== from && fresh.has(room.roomId)) return room.roomId
  }
  return null
}

/** The rooms whose title has all the words, in the given order. */
export function matching(rooms: readonly RoomSummary[], text: string): readonly RoomSummary[] {
  const parts = text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return rooms.filter(({ title }) =>
    parts.every((part) => title.toLocaleLowerCase().includes(part)),
  )
}
