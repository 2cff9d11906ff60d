// How long Claude has thought about one answer, as far as this screen saw it.
import { computed, type ComputedRef, ref, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'

/**
 * @param thinking it thinks now
 * @param began since when the answer runs by this screen's clock; null when it does not
 * @returns ms of thinking that is over; null while it still thinks for the first time, and where nothing was seen of it
 */
export function useThinkingTime(
  thinking: () => boolean,
  began: () => number | null,
): ComputedRef<number | null> {
  const thought = ref(0)
  let since: number | null = null
  watch(
    thinking,
    (thinks) => {
      const now = browserClock.now()
      // The timer on the screen counts from the beginning: the time afterwards is where it stood.
      if (thinks) since = thought.value === 0 ? began() : now
      else if (since !== null) thought.value += Math.max(now - since, 0)
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() => (thought.value === 0 ? null : thought.value))
}
