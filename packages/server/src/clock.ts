// The system clock. Nothing else on the server reads the time or starts timers.
import type { Clock } from '@roomcast/shared/clock'

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
