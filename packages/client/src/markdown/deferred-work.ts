// Work that can wait a little, so that a page with hundreds of formulas and blocks of code still paints and answers keys.
import type { Clock } from '@roomcast/shared/clock'
import { inject, type InjectionKey } from 'vue'
import { browserClock } from '../browser/clock.ts'

const TURN_MS = 12

export class DeferredWork {
  readonly #clock: Clock
  /** When this turn has had its time; null between turns. */
  #until: number | null = null
  readonly #waiting: (() => void)[] = []
  #slow: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Does this at once as long as this turn has time for it, else in a later turn, in the order in which it was given.
   * @param work must not throw
   */
  soon(work: () => void): void {
    if (this.#until === null) this.#begin()
    if (this.#waiting.length === 0 && this.#clock.now() < (this.#until ?? 0)) work()
    else this.#waiting.push(work)
  }

  /** Does this in a turn of its own, after all other slow work that was given before. */
  slowly(work: () => Promise<void>): void {
    const next = () => new Promise<void>((resolve) => void this.#clock.after(0, resolve)).then(work)
    // ignored because: one block that stays without colours holds up no other; it can be read all the same.
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

/** Provided once for all answers of a page. */
export const DEFERRED_WORK: InjectionKey<DeferredWork> = Symbol('deferred work')

export const useDeferredWork = (): DeferredWork =>
  inject(DEFERRED_WORK, () => new DeferredWork(browserClock), true)
