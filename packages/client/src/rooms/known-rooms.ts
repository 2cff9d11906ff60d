// The list of my rooms as this page knows it. Made once for the page, so that a list that opens again is not empty at first.
import { inject, type InjectionKey, type ShallowRef, shallowRef } from 'vue'
import type { RoomSummary } from '@roomcast/shared/protocol'
import type { RoomUnread } from '../unread/room-unread.ts'

export interface KnownRooms {
  /** The list as it was read last. */
  readonly listed: ShallowRef<readonly RoomSummary[]>
  /** How much is unread, by room; a room without unread messages is not in it. */
  readonly unread: ShallowRef<ReadonlyMap<string, RoomUnread>>
  /** Of the open room: its page knows these better than the list. */
  readonly shown: ShallowRef<Pick<RoomSummary, 'roomId' | 'title' | 'running'> | null>
}

export const KNOWN_ROOMS: InjectionKey<KnownRooms> = Symbol('known rooms')

export function createKnownRooms(): KnownRooms {
  return { listed: shallowRef([]), unread: shallowRef(new Map()), shown: shallowRef(null) }
}

export function useKnownRooms(): KnownRooms {
  const known = inject(KNOWN_ROOMS)
  if (known === undefined) throw new Error('useKnownRooms: no rooms were provided')
  return known
}
