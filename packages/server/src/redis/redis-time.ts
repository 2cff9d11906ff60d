// The time of Redis as this node knows it: the only one by which moments on different nodes can be compared.
import type { Clock } from '@roomcast/shared/clock'

/** By how much two clocks may drift apart, ms for each ms. */
const DRIFT = 0.001

export class RedisTime {
  readonly #clock: Clock
  /** By how much Redis is ahead of the clock here, ms; by how much that may be wrong; when it was learned. */
  #ahead = 0
  #error = Infinity
  #at = 0
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Takes in what Redis has said, unless the answer took so long that what is known already is better.
   * @param asked when it was asked, by the clock here
   * @param now its answer, ms since 1970
   */
  learn(asked: number, now: number): void {
    const answered = this.#clock.now()
    const error = (answered - asked) / 2
    const ahead = Math.round(now - (asked + answered) / 2)
    const known = this.#error + DRIFT * (answered - this.#at)
    // What contradicts all that is known is told by another clock, or one that was set.
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

  /** The same, certainly not too late: as if the answer had come without delay. */
  earliest(): number {
    return Math.floor(this.now() - this.#error)
  }

  /** What is known is wrong: another Redis with another clock answers now. The next answer counts. */
  forget(): void {
    this.#error = Infinity
  }

  /** The time now, but later than every other that was given, so that arrivals of one moment keep their order. */
  next(): number {
    return (this.#last = Math.max(this.now(), this.#last + 1))
  }
}
