// A clock that tests move by hand: nothing falls due unless a test says that time has passed. Not part of the program.
import type { Clock } from '@roomcast/shared/clock'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets time pass, in steps from timer to timer; whatever a timer sets in motion happens before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
      await settled()
    }
    this.#now = until
  }

  /** Time passes in which this process does nothing; what fell due meanwhile is late. */
  sleep(ms: number): void {
    this.#now += ms
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers]
      .filter((timer) => timer.at <= until)
      .reduce<Timer | undefined>(
        (first, timer) => (first && first.at <= timer.at ? first : timer),
        undefined,
      )
  }
}

/** Resolves when every promise that can go on without time or input from outside has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
