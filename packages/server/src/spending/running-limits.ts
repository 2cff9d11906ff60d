// How many answers run at once on this node, and whose turn it is when more are asked for. Nothing is stored: a question
// that gets no place waits in the queue of its room, and the log tells what waits.
import type { MemberId } from '@roomcast/shared/protocol'
import type { Waiting } from '../log/room-log.ts'

export interface RunningLimitsOptions {
  /** Answers that run at once on this node, for one member, and for one address. */
  readonly perNode: number
  readonly perMember: number
  readonly perAddress: number
  /** The address that a member is connected from; null when they are not here. */
  readonly addressOf: (memberId: MemberId) => string | null
}

/** A right to run one answer, until it is released. */
export interface Place {
  /** Idempotent. */
  release(): void
}

interface Held {
  readonly by: MemberId
  readonly address: string | null
}

export class RunningLimits {
  readonly #options: RunningLimitsOptions
  /** One for each place that is taken: hardly more than `perNode`. */
  readonly #held = new Set<Held>()
  /** Somebody has been sent to a queue, or was left there, for want of a place. */
  #isAwaited = false

  constructor(options: RunningLimitsOptions) {
    this.#options = options
  }

  /** How many places are taken. */
  get size(): number {
    return this.#held.size
  }

  /** A place for an answer to this member's question; null when there is none, and then it has to wait. */
  take(by: MemberId): Place | null {
    // Those who wait already go first.
    if (!this.#isAwaited && this.#mayStart(by, this.#held)) return this.hold(by)
    this.#isAwaited = true
    return null
  }

  /** Takes a place for what has started already, even beyond the limits. */
  hold(by: MemberId): Place {
    const held = { by, address: this.#options.addressOf(by) }
    this.#held.add(held)
    return { release: () => void this.#held.delete(held) }
  }

  /**
   * Whether the room of an answer that ends may go on with its next question in the same step, whoever asked that: nobody
   * waits elsewhere, and no member or address is at its limit.
   * @param by the member whose answer ends
   */
  mayGoOn(by: MemberId): boolean {
    const { perNode, perMember, perAddress } = this.#options
    if (this.#isAwaited) return false
    const leaving = [...this.#held].find((held) => held.by === by)
    const staying = [...this.#held].filter((held) => held !== leaving)
    return (
      staying.length < perNode &&
      staying.every(
        ({ by: member, address }) =>
          count(staying, 'by', member) < perMember &&
          (address === null || count(staying, 'address', address) < perAddress),
      )
    )
  }

  /**
   * Chooses of the questions that wait those that may start now: the members with the fewest answers running first, and of
   * these who has waited longest.
   */
  choose(waiting: readonly Waiting[]): readonly Waiting[] {
    const held = new Set(this.#held)
    const chosen: Waiting[] = []
    const left = waiting.toSorted((one, other) => one.since - other.since)
    for (;;) {
      const next = this.#nextOf(left, held)
      if (!next) break
      left.splice(left.indexOf(next), 1)
      chosen.push(next)
      held.add({ by: next.by, address: this.#options.addressOf(next.by) })
    }
    this.#isAwaited = left.length > 0
    return chosen
  }

  #nextOf(left: readonly Waiting[], held: ReadonlySet<Held>): Waiting | null {
    let best: Waiting | null = null
    let fewest = Infinity
    for (const candidate of left) {
      const running = count([...held], 'by', candidate.by)
      if (running >= fewest || !this.#mayStart(candidate.by, held)) continue
      best = candidate
      fewest = running
    }
    return best
  }

  #mayStart(by: MemberId, held: ReadonlySet<Held>): boolean {
    const { perNode, perMember, perAddress, addressOf } = this.#options
    const all = [...held]
    if (all.length >= perNode || count(all, 'by', by) >= perMember) return false
    const address = addressOf(by)
    return address === null || count(all, 'address', address) < perAddress
  }
}

function count<Key extends keyof Held>(all: readonly Held[], key: Key, value: Held[Key]): number {
  return all.filter((held) => held[key] === value).length
}
