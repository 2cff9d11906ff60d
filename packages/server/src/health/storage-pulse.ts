// Pings the storage every second, and tracks how long an answer is overdue, or how long the last one took.
import type { Clock } from '@roomcast/shared/clock'

/** How often the storage is pinged, ms. */
const EVERY_MS = 1000
/** An answer slower than this is a problem, ms. */
const SLOW_MS = 500
/** A ping without an answer for this long is given up, and another is sent, ms. */
const FORGOTTEN_MS = 5000

export class StoragePulse {
  readonly #clock: Clock
  readonly #ping: () => Promise<void>
  /** When the first ping was sent that is still unanswered; null if all are answered. */
  #owedSince: number | null = null
  /** The duration of the last answer. */
  #tookMs = 0
  /** When the current ping was sent, while it is in flight. */
  #sentAt: number | null = null
  #stopPing: (() => void) | null = null

  /** @param ping a cheap command; rejects when the storage refuses or is away */
  constructor(clock: Clock, ping: () => Promise<void>) {
    this.#clock = clock
    this.#ping = ping
  }

  start(): void {
    const now = this.#clock.now()
    if (this.#sentAt === null || now - this.#sentAt >= FORGOTTEN_MS) this.#send(now)
    this.#stopPing = this.#clock.after(EVERY_MS, () => this.start())
  }

  /** See `Check.check`. */
  check(): string | null {
    const owedMs = this.#owedSince === null ? 0 : this.#clock.now() - this.#owedSince
    if (owedMs > SLOW_MS) return `The storage has not answered for ${seconds(owedMs)} s.`
    if (this.#tookMs > SLOW_MS) return `The storage answers after ${seconds(this.#tookMs)} s only.`
    return null
  }

  /** Stops pinging. Idempotent. */
  close(): void {
    this.#stopPing?.()
    this.#stopPing = null
  }

  #send(now: number): void {
    this.#sentAt = now
    this.#owedSince ??= now
    this.#ping().then(
      () => {
        this.#tookMs = this.#clock.now() - now
        this.#owedSince = null
        this.#sentAt = null
      },
      () => {
        if (this.#sentAt === now) this.#sentAt = null
      },
    )
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
