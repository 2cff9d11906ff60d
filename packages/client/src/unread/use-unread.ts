// What came while the reader was away: in another room, or with this page out of sight. And how far they have read.
import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { RoomState } from '@roomcast/shared/protocol'
import { browserClock } from '../browser/clock.ts'
import { markSeen, seen } from './last-seen.ts'
import type { Status } from '../room/status.ts'
import { type Unread, unreadSince } from './unread.ts'

/** In sight for this long: then the beginning of the new part has been noticed. */
const READ_MS = 4000
/** A link that turns out dead this soon after the page came back into sight was dead before. */
const WAKING_MS = 5000

/** `read`: it only stays so that nothing jumps. */
type MarkedUnread = Unread & { readonly read: boolean }

export interface UnreadMarker {
  /** Where the new part begins; null when nothing is new. */
  readonly unread: Readonly<ShallowRef<MarkedUnread | null>>
  /** The new part has been read. */
  readonly read: () => void
}

/**
 * @param options.atEnd whether the newest message is in sight
 * @param options.newsInSight whether the beginning of the new part is
 */
export function useUnread(options: {
  readonly state: () => RoomState | null
  readonly link: () => Status['kind']
  readonly me: Readonly<Ref<string | null>>
  readonly atEnd: () => boolean
  readonly newsInSight: () => boolean
}): UnreadMarker {
  const { state, link, me, atEnd, newsInSight } = options
  const unread = shallowRef<MarkedUnread | null>(null)
  const visible = ref(isVisible())
  /** What is new has to be found out as soon as everything is here. */
  let returning = true
  let since: number | null = null
  let cameBack = -Infinity

  const read = (): void => {
    if (unread.value) unread.value = { ...unread.value, read: true }
  }
  const leave = (roomId: string): void => {
    returning = true
    since = seen(roomId)
  }
  const onVisibility = (): void => {
    visible.value = isVisible()
    const room = state()
    if (visible.value) cameBack = browserClock.now()
    else if (room) leave(room.roomId)
  }
  document.addEventListener('visibilitychange', onVisibility)
  onScopeDispose(() => document.removeEventListener('visibilitychange', onVisibility))

  watch(link, (kind) => {
    if (kind === 'offline' && browserClock.now() - cameBack < WAKING_MS) returning = true
  })
  watch(
    () => state()?.roomId,
    (roomId) => {
      unread.value = null
      if (roomId !== undefined) leave(roomId)
    },
    { immediate: true, flush: 'sync' },
  )
  watch(
    [() => state()?.offset, link, visible, atEnd] as const,
    () => {
      const room = state()
      if (!room || !visible.value || link() !== 'live') return
      const found = returning ? unreadSince(room, since, me.value) : null
      if (found) unread.value = { ...found, read: false }
      returning = false
      if (atEnd()) markSeen(room.roomId, room.offset)
    },
    { immediate: true },
  )

  watch(
    [newsInSight, visible] as const,
    ([inSight, isSeen], _before, onCleanup) => {
      if (inSight && isSeen) onCleanup(browserClock.after(READ_MS, read))
    },
    { immediate: true },
  )
  return { unread, read }
}

function isVisible(): boolean {
  return document.visibilityState === 'visible'
}
