// One direction of a link: text frames that arrive some time later, in the order they were sent. A wire can stall
// (frames pile up at its end) and be cut (everything in flight is lost). A single frame may be sent late, so that
// others overtake it, which TCP never does.
import type { Clock } from '@roomcast/shared/clock'

export interface WireOptions {
  readonly clock: Clock
  /** The delay of the next frame, ms. */
  readonly delay: () => number
  readonly deliver: (json: string) => void
}

export class SimulatedWire {
  readonly #options: WireOptions
  readonly #stops = new Set<() => void>()
  #lastDue = 0
  /** Frames that have arrived while nobody reads; null while somebody reads. */
  #held: string[] | null = null
  #cut = false

  constructor(options: WireOptions) {
    this.#options = options
  }

  /** Sends a value as JSON; `late`: additional delay in ms, so that other frames overtake it. */
  send(value: unknown, late = 0): void {
    if (this.#cut) return
    const json = JSON.stringify(value)
    const { clock, delay } = this.#options
    const now = clock.now()
    const due = Math.max(late > 0 ? now : this.#lastDue, now + delay()) + late
    if (late === 0) this.#lastDue = due
    const stop = clock.after(due - now, () => {
      this.#stops.delete(stop)
      this.#arrive(json)
    })
    this.#stops.add(stop)
  }

  /** Nobody reads until `drain`. */
  stall(): void {
    this.#held ??= []
  }

  drain(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const json of held) this.#arrive(json)
  }

  /** Frames that have not been read. */
  get unread(): number {
    return this.#held?.length ?? 0
  }

  /** Loses everything in flight, now and later. */
  cut(): void {
    this.#cut = true
    for (const stop of this.#stops) stop()
    this.#stops.clear()
    this.#held = null
  }

  #arrive(json: string): void {
    if (this.#cut) return
    if (this.#held) this.#held.push(json)
    else this.#options.deliver(json)
  }
}
