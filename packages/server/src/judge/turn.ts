// Counts how often one batch, or one end, loses against those of other nodes.
import type { Clock } from '@roomcast/shared/clock'
import { Refusal } from '@roomcast/shared/protocol'

/** How long one batch is retried, ms. The log reserves the room for a batch that keeps losing long before that. */
const MOST_MS = 5000

export class Turn {
  readonly #clock: Clock
  readonly #began: number
  #losses = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#began = clock.now()
  }

  /** How often in a row another write came first. */
  get losses(): number {
    return this.#losses
  }

  /** Another write came first. @throws Refusal `storage-unavailable` if that goes on for too long */
  lost(): void {
    this.#losses += 1
    if (this.#clock.now() - this.#began > MOST_MS) throw new Refusal('storage-unavailable')
  }
}
