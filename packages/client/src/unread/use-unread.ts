// The messages that came while the reader was in another room or this page was hidden, and how far they have read.
import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { RoomState } from '@roomcast/shared/protocol'
import { browserClock } from '../browser/clock.ts'
import { markSeen, seen } from './last-seen.ts'
import type { Status } from '../room/status.ts'
import { type Unread, unreadSince } from './unread.ts'

/** How long the first unread message must be in view to count as read, ms. */
const READ_MS = 4000
/** A connection lost this soon after the page became visible again was dead before, ms. */
const WAKING_MS = 5000

/** `read`: the marker stays only so that the layout does not jump. */
type MarkedUnread = Unread & { readonly read: boolean }

export interface UnreadMarker {
  /** Where the unread messages begin; null if there are none. */
  readonly unread: Readonly<ShallowRef<MarkedUnread | null>>
  /** Marks the unread messages as read. */
  readonly read: () => void
}

/**
 * @param options.atEnd whether the newest message is in view
 * @param options.newsInSight whether the first unread message is in view
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
  /** The reader is returning: the unread messages must be determined as soon as the room is live. */
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
