// The current time as a ref, for counters on the screen.
import { onScopeDispose, type Ref, ref } from 'vue'
import { browserClock } from './clock.ts'

const TICK_MS = 250

/** Milliseconds since 1970, updated as long as the component lives. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(browserClock.now())
  let stop = (): void => undefined
  const tick = (): void => {
    now.value = browserClock.now()
    stop = browserClock.after(TICK_MS, tick)
  }
  tick()
  onScopeDispose(() => stop())
  return now
}
