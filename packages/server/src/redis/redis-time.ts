// The time of Redis as this node estimates it: the only time by which events on different nodes can be compared.
import type { Clock } from '@roomcast/shared/clock'

/** How fast two clocks may drift apart, ms per ms. */
const DRIFT = 0.001

export class RedisTime {
  readonly #clock: Clock
  /** How far Redis is ahead of the local clock, ms; the possible error of that; and when it was learned. */
  #ahead = 0
  #error = Infinity
  #at = 0
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Learns from an answer of Redis, unless the answer took so long that the present estimate is better.
   * @param asked when Redis was asked, by the local clock
   * @param now the answer, ms since 1970
   */
  learn(asked: number, now: number): void {
    const answered = this.#clock.now()
    const error = (answered - asked) / 2
    const ahead = Math.round(now - (asked + answered) / 2)
    const known = this.#error + DRIFT * (answered - this.#at)
    // An answer that contradicts the estimate comes from another clock, or from a clock that was set.
    const contradicts = Math.abs(ahead - this.#ahead) > error + known + 1
    if (error > known && !contradicts) return
    this.#ahead = ahead
    this.#error = error
    this.#at = answered
  }

  get isKnown(): boolean {
    return this.#error < Infinity
  }

  /** The time now, ms since 1970. */
  now(): number {
    return this.#clock.now() + this.#ahead
  }

  /** The earliest the time can be now: as if the answer had taken no time on its way back. */
  earliest(): number {
    return Math.floor(this.now() - this.#error)
  }

  /** Discards the estimate, since another Redis with another clock now answers. The next answer counts. */
  forget(): void {
    this.#error = Infinity
  }

  /** The time now, but later than any time given before, so that arrivals at the same moment keep their order. */
  next(): number {
    return (this.#last = Math.max(this.now(), this.#last + 1))
  }
}
