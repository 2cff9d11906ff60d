// Whoever is far from Redis comes too late again and again. After some losses a room is kept for this node for a moment: what others
// write there waits, ends excepted.
import type { Clock } from '@roomcast/shared/clock'

/** After so many losses others wait: for an end, and for anything else. */
const PATIENCE = { first: 1, other: 3 }
/** For how long they wait: so many round trips, but neither less nor more than this, ms. */
const TRIPS = 4
const MOST_MS = 1000
const LEAST_MS = 250

export class Reservations {
  /** Tells this node from all others. */
  readonly node: string
  readonly #clock: Clock
  /** How long the last append took, ms. */
  #trip = 0

  constructor(node: string, clock: Clock) {
    this.node = node
    this.#clock = clock
  }

  /** For how long a room is to be kept for whoever has lost so often, ms; 0: not at all. */
  msAfter(losses: number, isFirst: boolean): number {
    if (losses < (isFirst ? PATIENCE.first : PATIENCE.other)) return 0
    return Math.min(Math.max(LEAST_MS, TRIPS * this.#trip), MOST_MS)
  }

  /** Takes the time of a round trip. */
  async timed<T>(work: Promise<T>): Promise<T> {
    const asked = this.#clock.now()
    try {
      return await work
    } finally {
      this.#trip = this.#clock.now() - asked
    }
  }
}
