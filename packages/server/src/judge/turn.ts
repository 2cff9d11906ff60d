// How one batch, or one end, fares against those of other nodes.
import type { Clock } from '@roomcast/shared/clock'
import { Refusal } from '@roomcast/shared/protocol'

/** How long one batch is decided again and again, ms. Long before that the log reserves the room for whoever keeps losing. */
const MOST_MS = 5000

export class Turn {
  readonly #clock: Clock
  readonly #began: number
  #losses = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#began = clock.now()
  }

  /** How often in a row somebody else was first. */
  get losses(): number {
    return this.#losses
  }

  /** Somebody else was first. @throws Refusal `storage-unavailable` where that goes on for too long */
  lost(): void {
    this.#losses += 1
    if (this.#clock.now() - this.#began > MOST_MS) throw new Refusal('storage-unavailable')
  }
}
