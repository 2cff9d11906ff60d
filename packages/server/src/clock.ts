// The system clock. Nothing else on the server reads the time or starts timers.
import { performance } from 'node:perf_hooks'
import type { Clock } from '@roomcast/shared/clock'

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** Seconds since the process began, monotonic: for durations. */
export const monotonicSeconds = () => performance.now() / 1000
