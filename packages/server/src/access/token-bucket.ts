// A rate limit: a burst of up to one minute's amount, refilled steadily over a minute.
import type { Clock } from '@roomcast/shared/clock'

const MINUTE_MS = 60_000

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** One bucket per key. Keeps at most `mostKeys` of them, and forgets the least recently used first. */
export class TokenBucket {
  readonly #clock: Pick<Clock, 'now'>
  readonly #perMinute: number
  readonly #mostKeys: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Pick<Clock, 'now'>, perMinute: number, mostKeys = 10_000) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#mostKeys = mostKeys
  }

  /** The seconds until an empty bucket has `amount` tokens. */
  refillSeconds(amount = 1): number {
    return Math.ceil((60 * amount) / this.#perMinute)
  }

  /** Takes `amount` tokens from the bucket of `key`; returns false, and takes none, if it has fewer. */
  take(key: string, amount = 1): boolean {
    const now = this.#clock.now()
    const tokens = this.#tokensOf(key, now)
    const taken = tokens >= amount
    // Deleted first, so that the map stays in order of last use.
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: taken ? tokens - amount : tokens, at: now })
    this.#forget()
    return taken
  }

  /** Whether `amount` tokens could be taken. */
  has(key: string, amount = 1): boolean {
    return this.#tokensOf(key, this.#clock.now()) >= amount
  }

  #tokensOf(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    if (!bucket) return this.#perMinute
    const elapsed = Math.max(0, now - bucket.at)
    return Math.min(this.#perMinute, bucket.tokens + (elapsed * this.#perMinute) / MINUTE_MS)
  }

  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#mostKeys) return
      this.#buckets.delete(key)
    }
  }
}
