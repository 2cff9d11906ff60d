// The browser's clock and source of randomness, passed in to the code that needs them.
import type { Clock } from '@roomcast/shared/clock'

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A new number in [0, 1) on each call. */
export const browserChance = (): number => Math.random()
