// My rooms as the server lists them, read again now and then, and what is new in each.
import {
  computed,
  type ComputedRef,
  onScopeDispose,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue'
import { type RoomSummary } from '@roomcast/shared/protocol'
import { ApiError, errorText } from '../api-error.ts'
import { browserClock } from '../clock.ts'
import { seen } from '../room/seen.ts'
import { type Fresh, freshOf, inOrder, mayBeNew } from '../rooms.ts'
import { laterWords } from '../wording/later.ts'
import { useSession } from './use-session.ts'

/** Pause before the list is read again, ms: while the page is looked at, while it is not, and after it could not be read. */
const PAUSE_MS = { visible: 8000, hidden: 60_000, failed: 3000 } as const
/** At most so many messages are read to be counted. */
const COUNTED = 50

export interface Rooms {
  readonly rooms: ComputedRef<readonly RoomSummary[]>
  readonly fresh: Readonly<ShallowRef<ReadonlyMap<string, Fresh>>>
  readonly problem: Readonly<Ref<string | null>>
}

/** What was listed last, so that a list that opens again is not empty at first. */
const listed = shallowRef<readonly RoomSummary[]>([])
const fresh = shallowRef<ReadonlyMap<string, Fresh>>(new Map())
/** What was counted last in each room, and where the room stood then, and how far it had been seen. */
const counted = new Map<string, { readonly key: string; readonly found: Fresh | null }>()
/** What the page of the open room knows better than the list. */
const shown = shallowRef<Pick<RoomSummary, 'roomId' | 'title' | 'running'> | null>(null)

/** Tells the list what the open room is called, and whether Claude is answering in it; for as long as it is open. */
export function useShownRoom(room: () => typeof shown.value): void {
  watch(room, (now) => (shown.value = now), { immediate: true })
  onScopeDispose(() => (shown.value = null))
}

/** @param open the room that is being looked at: nothing is new there */
export function useRooms(open: () => string | null): Rooms {
  const { api, load, who } = useSession()
  const problem = ref<string | null>(null)
  let cancel = (): void => undefined
  let over = false

  const count = async (rooms: readonly RoomSummary[]): Promise<void> => {
    const next = new Map<string, Fresh>()
    for (const room of rooms) {
      const { roomId, offset = 0 } = room
      const from = seen(roomId)
      if (roomId === open() || from === null || !mayBeNew(room, from)) continue
      const key = `${offset}:${from}`
      const known = counted.get(roomId)
      const found =
        known?.key === key
          ? known.found
          : await api.messages(roomId, { after: from }, COUNTED).then(
              (page) => freshOf(page, from, who.value?.memberId ?? null),
              () => ({ count: null, more: false, mention: false }),
            )
      counted.set(roomId, { key, found })
      if (found) next.set(roomId, found)
    }
    fresh.value = next
  }

  const read = async (): Promise<void> => {
    cancel()
    let pause: number = document.visibilityState === 'visible' ? PAUSE_MS.visible : PAUSE_MS.hidden
    try {
      if (await load()) {
        listed.value = await api.rooms()
        problem.value = null
        await count(listed.value)
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
  return { rooms: computed(() => inOrder(listed.value.map(asShown))), fresh, problem }
}

function asShown(room: RoomSummary): RoomSummary {
  return room.roomId === shown.value?.roomId ? { ...room, ...shown.value } : room
}
