// The text of the connection status, with a countdown to the next retry.
import { computed, type ComputedRef } from 'vue'
import type { RoomView } from '../room/room-client.ts'
import { type ConnectionText, connectionText } from './connection-text.ts'
import { useNow } from '../browser/use-now.ts'

/** @param isWriting whether the member has unsent text */
export function useConnectionText(
  view: () => RoomView,
  isWriting: () => boolean,
): ComputedRef<ConnectionText> {
  const now = useNow()
  const status = computed(() => view().status)
  const closing = computed(() => view().closing)
  const opened = computed(() => view().state !== null)
  const waiting = computed(() => view().pending.some(({ type }) => type === 'post'))
  return computed(() =>
    // Only the countdown needs the time; without this, the text would be computed four times a second.
    connectionText(status.value, closing.value, status.value.kind === 'offline' ? now.value : 0, {
      opened: opened.value,
      written: waiting.value || isWriting(),
    }),
  )
}
