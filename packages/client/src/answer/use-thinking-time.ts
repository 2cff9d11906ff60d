// How long Claude thought about one answer, as far as this screen saw it.
import { computed, type ComputedRef, ref, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'

/**
 * @param thinking whether Claude is thinking now
 * @param began when the answer began, by this screen's clock; null when it is not running
 * @returns ms of finished thinking; null during the first thinking phase, and if this screen saw no thinking
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
      // The timer on the screen counts from the beginning of the answer, so the first phase ends with the time it showed.
      if (thinks) since = thought.value === 0 ? began() : now
      else if (since !== null) thought.value += Math.max(now - since, 0)
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() => (thought.value === 0 ? null : thought.value))
}
