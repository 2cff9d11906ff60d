// The browser's time and chance, for everything here that is handed them.
import type { Clock } from '@roomcast/shared/clock'

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A number in [0, 1), fresh with each call. */
export const browserChance = (): number => Math.random()
