// Whether this node can save anything: asks its storage twice a second, and reports changes.
//
// A single slow answer, a single refusal, or a moment in which this process itself was stalled is no change. Trouble is
// over when the storage answers promptly again and the missed updates have arrived.
import type { Clock } from '@roomcast/shared/clock'
import { errorBody, type ErrorBody, Refusal } from '@roomcast/shared/protocol'

/** How often the storage is asked, ms. */
const EVERY_MS = 500
/** Without an answer for this long the storage counts as away, ms. */
const SILENT_MS = 1000
/** After this many refusals in a row the storage counts as away, or full. */
const MOST_REFUSED = 2
/** An answer within this time shows that the storage is back, ms. */
const PROMPT_MS = 500
/** A poll that is this late says something about this process, not about the storage, ms. */
const LATE_MS = 250
/** A poll without an answer for this long is given up, ms. */
const FORGOTTEN_MS = 3000

interface StorageWatchOptions {
  readonly clock: Clock
  /** Asks the storage whether it would save something. Rejects with its refusal if it would not, or is away. */
  readonly ask: () => Promise<void>
  /** Resolves when the updates missed while the storage was away have arrived. */
  readonly catchUp: () => Promise<void>
  /**
   * Called with the reason why nothing can be saved (`storage-unavailable` or `storage-full`), and with null on
   * recovery.
   */
  readonly onChange: (trouble: ErrorBody | null) => void
}

export class StorageWatch {
  readonly #options: StorageWatchOptions
  #trouble: ErrorBody | null = null
  /** When the current poll was sent, while it is in flight. */
  #sentAt: number | null = null
  #refused = 0
  /** The recovery in progress; replaced if there is trouble again meanwhile. */
  #returning: object | null = null
  #stopPolling: (() => void) | null = null
  #closed = false

  constructor(options: StorageWatchOptions) {
    this.#options = options
  }

  /** Starts polling. Call once. */
  start(): void {
    this.#pollLater()
  }

  /** Stops polling. Idempotent. */
  close(): void {
    this.#closed = true
    this.#stopPolling?.()
    this.#stopPolling = null
  }

  #pollLater(): void {
    const { clock } = this.#options
    const due = clock.now() + EVERY_MS
    this.#stopPolling = clock.after(EVERY_MS, () => {
      this.#pollLater()
      this.#poll(clock.now() - due > LATE_MS)
    })
  }

  #poll(isLate: boolean): void {
    const now = this.#options.clock.now()
    if (this.#sentAt === null) return this.#ask()
    if (isLate) return
    const owedMs = now - this.#sentAt
    if (owedMs > SILENT_MS) this.#isIn(errorBody('storage-unavailable'))
    if (owedMs > FORGOTTEN_MS) this.#ask()
  }

  #ask(): void {
    const { clock, ask } = this.#options
    const sentAt = clock.now()
    this.#sentAt = sentAt
    ask().then(
      () => this.#answered(sentAt),
      (error: unknown) => this.#refusedBy(sentAt, error),
    )
  }

  #answered(sentAt: number): void {
    if (this.#closed || this.#sentAt !== sentAt) return
    this.#sentAt = null
    this.#refused = 0
    if (this.#trouble === null || this.#returning) return
    if (this.#options.clock.now() - sentAt <= PROMPT_MS) void this.#return()
    // A slow answer shows only that the storage is no longer away, so ask again for a prompt one.
    else this.#ask()
  }

  #refusedBy(sentAt: number, error: unknown): void {
    if (this.#closed || this.#sentAt !== sentAt) return
    this.#sentAt = null
    if (++this.#refused < MOST_REFUSED) return
    const isFull = error instanceof Refusal && error.body.code === 'storage-full'
    this.#isIn(errorBody(isFull ? 'storage-full' : 'storage-unavailable'))
  }

  #isIn(trouble: ErrorBody): void {
    this.#returning = null
    if (this.#trouble?.code === trouble.code) return
    this.#trouble = trouble
    this.#options.onChange(trouble)
  }

  async #return(): Promise<void> {
    const returning = {}
    this.#returning = returning
    try {
      await this.#options.catchUp()
    } catch {
      // ignored because: if the storage is away again, the next poll notices
      if (this.#returning === returning) this.#returning = null
      return
    }
    if (this.#closed || this.#returning !== returning) return
    this.#returning = null
    this.#trouble = null
    this.#options.onChange(null)
  }
}
