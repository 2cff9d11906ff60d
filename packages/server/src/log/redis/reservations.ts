// A node far from Redis would always come too late. After some losses the room is reserved for this node for a moment:
// writes of others wait, except ends.
import type { Clock } from '@roomcast/shared/clock'

/** Number of losses after which the room is reserved: for an end, and for anything else. */
const PATIENCE = { first: 1, other: 3 }
/** For how long the room is reserved: this many round trips, within these limits, ms. */
const TRIPS = 4
const MOST_MS = 1000
const LEAST_MS = 250

export class Reservations {
  /** The unique name of this node. */
  readonly node: string
  readonly #clock: Clock
  /** How long the last append took, ms. */
  #trip = 0

  constructor(node: string, clock: Clock) {
    this.node = node
    this.#clock = clock
  }

  /** For how long to reserve the room after this many losses, ms; 0: not at all. */
  msAfter(losses: number, isFirst: boolean): number {
    if (losses < (isFirst ? PATIENCE.first : PATIENCE.other)) return 0
    return Math.min(Math.max(LEAST_MS, TRIPS * this.#trip), MOST_MS)
  }

  /** Measures a round trip. */
  async timed<T>(work: Promise<T>): Promise<T> {
    const asked = this.#clock.now()
    try {
      return await work
    } finally {
      this.#trip = this.#clock.now() - asked
    }
  }
}
