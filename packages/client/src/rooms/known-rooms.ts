// The member's rooms as this page knows them. Created once for the page, so that a reopened list is not empty at first.
import { inject, type InjectionKey, type ShallowRef, shallowRef } from 'vue'
import type { RoomSummary } from '@roomcast/shared/protocol'
import type { UnreadCount } from '../unread/unread-count.ts'

export interface KnownRooms {
  /** The list as last read from the server. */
  readonly listed: ShallowRef<readonly RoomSummary[]>
  /** The unread count of each room that has unread messages. */
  readonly unread: ShallowRef<ReadonlyMap<string, UnreadCount>>
  /** Facts about the open room, which its page knows sooner than the list. */
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
