// The member's rooms as the server lists them, polled, with the unread count of each.
import { computed, type ComputedRef, onScopeDispose, type Ref, ref, watch } from 'vue'
import type { RoomSummary } from '@roomcast/shared/protocol'
import { ApiError, errorText } from '../api/api-error.ts'
import { browserClock } from '../browser/clock.ts'
import { useSession } from '../session/use-session.ts'
import type { UnreadCount } from '../unread/unread-count.ts'
import { UnreadLoader } from '../unread/unread-loader.ts'
import { laterWords } from '../wording/later.ts'
import { type KnownRooms, useKnownRooms } from './known-rooms.ts'
import { inOrder } from './room-order.ts'

/** Poll intervals of the list, ms: while the page is visible, while it is hidden, and after a failed read. */
const PAUSE_MS = { visible: 8000, hidden: 60_000, failed: 3000 } as const

export interface Rooms {
  readonly rooms: ComputedRef<readonly RoomSummary[]>
  readonly unread: Readonly<Ref<ReadonlyMap<string, UnreadCount>>>
  readonly problem: Readonly<Ref<string | null>>
}

/** Gives the list the title of the open room and whether Claude is answering in it, for as long as the room is open. */
export function useShownRoom(room: () => KnownRooms['shown']['value']): void {
  const { shown } = useKnownRooms()
  watch(room, (now) => (shown.value = now), { immediate: true })
  onScopeDispose(() => (shown.value = null))
}

/** @param open the room that is open, in which nothing counts as unread */
export function useRooms(open: () => string | null): Rooms {
  const { api, load, who } = useSession()
  const { listed, unread, shown } = useKnownRooms()
  const counter = new UnreadLoader(api)
  const problem = ref<string | null>(null)
  let cancel = (): void => undefined
  let over = false

  const read = async (): Promise<void> => {
    cancel()
    let pause: number = document.visibilityState === 'visible' ? PAUSE_MS.visible : PAUSE_MS.hidden
    try {
      if (await load()) {
        listed.value = await api.rooms()
        problem.value = null
        const me = () => who.value?.memberId ?? null
        unread.value = await counter.count(listed.value, open, me)
      }
    } catch (error) {
      const passes = error instanceof ApiError && error.body.retryable
      const { unreadable, stale } = laterWords.rooms
      if (!passes) problem.value = errorText(error)
      else problem.value = listed.value.length > 0 ? stale : unreadable
      if (passes && document.visibilityState === 'visible') pause = PAUSE_MS.failed
    }
    cancel()
    if (!over) cancel = browserClock.after(pause, () => void read())
  }
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') void read()
  }
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    over = true
    cancel()
    document.removeEventListener('visibilitychange', onVisible)
  })
  watch(open, () => void read(), { immediate: true })
  const asShown = (room: RoomSummary): RoomSummary =>
    room.roomId === shown.value?.roomId ? { ...room, ...shown.value } : room
  return { rooms: computed(() => inOrder(listed.value.map(asShown))), unread, problem }
}
