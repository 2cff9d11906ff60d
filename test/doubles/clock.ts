// Time that stands still until a test advances it. Timers fire in the order of their time; timers of the same moment
// fire in the order they were set.
import type { Clock } from '@roomcast/shared/clock'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export class SimulatedClock implements Clock {
  #now: number
  /** Sorted by time; the next one to fire is first. */
  #timers: Timer[] = []

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    // Whole milliseconds, like the timers of the machine.
    const timer = { at: this.#now + Math.max(0, Math.trunc(ms)), callback }
    const place = this.#timers.findLastIndex(({ at }) => at <= timer.at) + 1
    this.#timers.splice(place, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
    }
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length
  }

  /** Lets promises settle, then advances by `ms`; promises that a timer triggers settle before the next timer fires. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    while (this.#fire(end)) await settle()
    this.#now = end
  }

  /** Advances in steps until `holds`; @returns whether it did within `ms` */
  async advanceUntil(holds: () => boolean, ms: number, step = 10): Promise<boolean> {
    await settle()
    for (let gone = 0; !holds(); gone += step) {
      if (gone >= ms) return false
      await this.advance(step)
    }
    return true
  }

  /** Advances by `ms` within one turn of the loop: promises settle afterwards. A negative value sets the clock back. */
  tick(ms: number): void {
    const end = this.#now + ms
    while (this.#fire(end));
    this.#now = end
  }

  /** Time passes while the process is suspended: due timers fire late, with the next advance. */
  sleep(ms: number): void {
    this.#now += ms
  }

  /** Fires the next timer that is due by `end`; @returns whether there was one */
  #fire(end: number): boolean {
    const next = this.#timers[0]
    if (!next || next.at > end) return false
    this.#timers.shift()
    this.#now = Math.max(this.#now, next.at)
    next.callback()
    return true
  }
}

/**
 * Resolves once every promise that can settle by itself has done so, including those that take a turn of the loop
 * (`endOfTurn`).
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++)
    await new Promise((resolve) => void setImmediate(resolve))
}

/** Enough for two commands in sequence, such as a question and its stop. */
const TURNS = 2
