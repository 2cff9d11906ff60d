// Asks the storage for something small every second, and knows how long it has owed an answer, or took for the last.
import type { Clock } from '@roomcast/shared/clock'

/** How often the storage is asked, ms. */
const EVERY_MS = 1000
/** An answer that takes longer is trouble, ms. */
const SLOW_MS = 500
/** A command without an answer for so long is not waited for any more: another is sent, ms. */
const FORGOTTEN_MS = 5000

export class StoragePulse {
  readonly #clock: Clock
  readonly #ping: () => Promise<void>
  /** When the first command was sent that nothing has been answered since; null when all is answered. */
  #owedSince: number | null = null
  /** How long the newest answer took. */
  #tookMs = 0
  /** When the newest command was sent, while it is under way. */
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

  /** Stops asking. Idempotent. */
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
