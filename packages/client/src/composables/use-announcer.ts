// What the one status region of the room says: events of the room, and of the link.
import { type ComputedRef, type Ref, ref, watch } from 'vue'
import type { RoomView } from '../room/room-client.ts'
import { announcementOf } from '../wording/announcement.ts'
import type { StatusText } from '../wording/status-text.ts'

export function useAnnouncer(
  view: () => RoomView,
  linkText: ComputedRef<StatusText>,
): Readonly<Ref<string>> {
  const announcement = ref('')
  watch(
    () => view().state,
    (after, before) => {
      const words = after && announcementOf(before ?? null, after)
      if (words) announcement.value = words
    },
  )
  let lost = false
  watch(
    () => view().status.kind,
    (kind) => {
      if (kind === 'offline') announcement.value = linkText.value.chip
      else if (kind === 'paused') announcement.value = linkText.value.sentence ?? ''
      else if (kind === 'live' && lost) announcement.value = 'Live again.'
      if (kind === 'offline' || kind === 'paused') lost = true
      else if (kind === 'live') lost = false
    },
  )
  return announcement
}
