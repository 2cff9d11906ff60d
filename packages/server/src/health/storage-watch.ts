// Whether this node can save anything now: asks its storage twice a second, and says when that changes.
//
// One slow answer, one refusal, or a moment in which this process itself did nothing is no change. Trouble is over when the
// storage answers promptly again, and what was missed meanwhile has come.
import type { Clock } from '@roomcast/shared/clock'
import { errorBody, type ErrorBody, Refusal } from '@roomcast/shared/protocol'

/** How often the storage is asked, ms. */
const EVERY_MS = 500
/** Without an answer for longer it is away, ms. */
const SILENT_MS = 1000
/** Refused so often in a row it is away, or full. */
const MOST_REFUSED = 2
/** An answer within this time says that it is back, ms. */
const PROMPT_MS = 500
/** A look that comes so late says something about this process, and nothing about the storage, ms. */
const LATE_MS = 250
/** A question without an answer for so long is not waited for any more, ms. */
const FORGOTTEN_MS = 3000

interface StorageWatchOptions {
  readonly clock: Clock
  /** Asks the storage whether it would save something. Rejects with its refusal when it would not, or is away. */
  readonly ask: () => Promise<void>
  /** Resolves when what was missed while the storage was away is here. */
  readonly catchUp: () => Promise<void>
  /** Hears why nothing can be saved (`storage-unavailable` or `storage-full`), and null when it can be again. */
  readonly onChange: (trouble: ErrorBody | null) => void
}

export class StorageWatch {
  readonly #options: StorageWatchOptions
  #trouble: ErrorBody | null = null
  /** When the question was sent that is under way. */
  #sentAt: number | null = null
  #refused = 0
  /** The return that is being prepared; another one when there is trouble again meanwhile. */
  #returning: object | null = null
  #stopPolling: (() => void) | null = null
  #closed = false

  constructor(options: StorageWatchOptions) {
    this.#options = options
  }

  /** Begins to ask. Call once. */
  start(): void {
    this.#pollLater()
  }

  /** Stops asking. Idempotent. */
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
    // What was sent while it was away says only that it is not any more.
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
      // ignored because: storage that is away again is asked again with the next look
      if (this.#returning === returning) this.#returning = null
      return
    }
    if (this.#closed || this.#returning !== returning) return
    this.#returning = null
    this.#trouble = null
    this.#options.onChange(null)
  }
}
