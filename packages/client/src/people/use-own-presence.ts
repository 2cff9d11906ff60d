// Tells the others where this reader is: at the live end, further up, or with the page hidden.
import { onScopeDispose, ref, watch } from 'vue'
import type { RoomClient } from '../room/room-client.ts'

/**
 * @param tell sends the look to the others
 * @param above whether the reader has left the live end
 */
export function useOwnPresence(tell: RoomClient['look'], above: () => boolean): void {
  const hidden = ref(document.visibilityState === 'hidden')
  const update = (): void => void (hidden.value = document.visibilityState === 'hidden')
  document.addEventListener('visibilitychange', update)
  onScopeDispose(() => document.removeEventListener('visibilitychange', update))
  watch(() => (hidden.value ? 'away' : above() ? 'above' : 'live'), tell, { immediate: true })
}
