// The browser's time, for everything here that is handed a clock.
import type { Clock } from '@roomcast/shared/clock'

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
