// How often somebody may do something: so many at once, filling up again steadily over a minute.
import type { Clock } from '@roomcast/shared/clock'

const MINUTE_MS = 60_000

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** A bucket for each key. Remembers `mostKeys` of them at most and forgets the least recently used first. */
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

  /** After so many seconds there is a token in an empty bucket. */
  get refillSeconds(): number {
    return Math.ceil(60 / this.#perMinute)
  }

  /** Takes a token out of the bucket of `key`; false if it is empty. */
  take(key: string): boolean {
    const now = this.#clock.now()
    const bucket = this.#buckets.get(key) ?? { tokens: this.#perMinute, at: now }
    const elapsed = Math.max(0, now - bucket.at)
    const filled = bucket.tokens + (elapsed * this.#perMinute) / MINUTE_MS
    const tokens = Math.min(this.#perMinute, filled)
    const taken = tokens >= 1
    // Deleted first, so that the map's order is that of last use.
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: now })
    this.#forget()
    return taken
  }

  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#mostKeys) return
      this.#buckets.delete(key)
    }
  }
}

/** The key of an address: of IPv6 the first half, which is what one subscriber gets. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const groups = [...first, ...Array<string>(gap).fill('0'), ...last]
  return groups.slice(0, 4).join(':')
}
