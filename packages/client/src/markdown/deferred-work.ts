// Defers work that can wait a little, so that a page with hundreds of formulas and code blocks still paints and reacts to
// keys.
import type { Clock } from '@roomcast/shared/clock'
import { inject, type InjectionKey } from 'vue'
import { browserClock } from '../browser/clock.ts'

const TURN_MS = 12

export class DeferredWork {
  readonly #clock: Clock
  /** When the time of this turn is up; null between turns. */
  #until: number | null = null
  readonly #waiting: (() => void)[] = []
  #slow: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Does the work at once if this turn has time left, else in a later turn, in the order of the calls.
   * @param work must not throw
   */
  soon(work: () => void): void {
    if (this.#until === null) this.#begin()
    if (this.#waiting.length === 0 && this.#clock.now() < (this.#until ?? 0)) work()
    else this.#waiting.push(work)
  }

  /** Does the work in a turn of its own, after all slow work from earlier calls. */
  slowly(work: () => Promise<void>): void {
    const next = () => new Promise<void>((resolve) => void this.#clock.after(0, resolve)).then(work)
    // ignored because: a block that stays without colours is still readable, and must not hold up the others.
    this.#slow = this.#slow.then(next).catch(() => null)
  }

  #begin(): void {
    this.#until = this.#clock.now() + TURN_MS
    this.#clock.after(0, () => this.#next())
  }

  #next(): void {
    this.#until = null
    if (this.#waiting.length === 0) return
    this.#begin()
    do this.#waiting.shift()?.()
    while (this.#waiting.length > 0 && this.#clock.now() < (this.#until ?? 0))
  }
}

/** Provided once, for all answers of a page. */
export const DEFERRED_WORK: InjectionKey<DeferredWork> = Symbol('deferred work')

export const useDeferredWork = (): DeferredWork =>
  inject(DEFERRED_WORK, () => new DeferredWork(browserClock), true)
