// Limits how many answers run at once on this node, and decides whose turn it is. Nothing is stored: a question without
// a slot waits in the queue of its room, and the log reports the waiting questions.
import type { MemberId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Waiting } from '../judge/room-log.ts'

interface RunningLimitsOptions {
  /** Limits on answers that run at once: on this node, per member, and per address. */
  readonly perNode: number
  readonly perMember: number
  readonly perAddress: number
  /** The address that a member is connected from. It may change while an answer of theirs runs, and counts as it is then. */
  readonly addressOf: (memberId: MemberId) => string
  readonly clock: Pick<Clock, 'now'>
}

/**
 * How long questions that found the node full take precedence over new ones, ms. Bounded, since another node may start
 * them, and this node would never hear that nobody waits any more.
 */
const AWAITED_MS = 3000

/** The right to run one answer, until it is released. */
export interface Slot {
  /** Idempotent. */
  release(): void
}

interface Held {
  /** Null if only the log knows the member. */
  readonly by: MemberId | null
}

export class RunningLimits {
  readonly #options: RunningLimitsOptions
  /** One for each slot that is taken: hardly more than `perNode`. */
  readonly #held = new Set<Held>()
  /** Those of them that are reserved for chosen questions that have not started yet. */
  readonly #promised: Held[] = []
  /** Until when waiting questions take precedence on this node, ms; the next poll for them comes well before. */
  #awaitedUntil = 0

  constructor(options: RunningLimitsOptions) {
    this.#options = options
  }

  /** The number of slots taken. */
  get size(): number {
    return this.#held.size
  }

  /**
   * Takes a slot for an answer to this member's question; null if there is none, and the question has to wait.
   * @param by null if only the log knows the member; then it succeeds only if no member or address is at its limit
   */
  take(by: MemberId | null): Slot | null {
    const isFull = this.#held.size >= this.#options.perNode
    if (isFull) this.#await()
    // Waiting questions take precedence. A member who has used up their own share waits alone, and delays nobody else.
    if (isFull || this.#isAwaited) return null
    const mayStart =
      by === null ? this.#isFreeForAll(this.#held) : this.#mayStart(by, this.#tally(this.#held))
    return mayStart ? this.hold(by) : null
  }

  /** Takes a slot for an answer that has already started, even beyond the limits. */
  hold(by: MemberId | null): Slot {
    const held = { by }
    this.#held.add(held)
    return { release: () => void this.#held.delete(held) }
  }

  /**
   * Whether the end of an answer may start the room's next question, from any member, in the same step: nobody waits
   * elsewhere, and no member or address is at its limit.
   * @param by the member whose answer ends, which frees one of their slots
   */
  mayGoOn(by: MemberId): boolean {
    if (this.#isAwaited) return false
    const leaving = [...this.#held].find((held) => held.by === by)
    return this.#isFreeForAll([...this.#held].filter((held) => held !== leaving))
  }

  /**
   * Chooses which waiting questions may start now: those of the members with the fewest running answers first, and among
   * them the question that has waited longest. Their slots are reserved until `keepPromises`.
   */
  choose(waiting: readonly Waiting[]): readonly Waiting[] {
    this.keepPromises()
    const chosen: Waiting[] = []
    const left = waiting.toSorted((one, other) => one.since - other.since)
    for (;;) {
      const next = this.#nextOf(left)
      if (!next) break
      left.splice(left.indexOf(next), 1)
      chosen.push(next)
      const held = { by: next.by }
      this.#held.add(held)
      this.#promised.push(held)
    }
    if (left.length > 0 && this.#held.size >= this.#options.perNode) this.#await()
    else this.#awaitedUntil = 0
    return chosen
  }

  /** Frees the reserved slots: each chosen question has started, with a slot of its own, or does not start here. */
  keepPromises(): void {
    for (const held of this.#promised.splice(0)) this.#held.delete(held)
  }

  get #isAwaited(): boolean {
    return this.#options.clock.now() < this.#awaitedUntil
  }

  #await(): void {
    this.#awaitedUntil = this.#options.clock.now() + AWAITED_MS
  }

  #nextOf(left: readonly Waiting[]): Waiting | null {
    const tally = this.#tally(this.#held)
    let best: Waiting | null = null
    let fewest = Infinity
    for (const candidate of left) {
      const running = tally.of(candidate.by)
      if (running >= fewest || !this.#mayStart(candidate.by, tally)) continue
      best = candidate
      fewest = running
    }
    return best
  }

  #mayStart(by: MemberId, tally: Tally): boolean {
    const { perNode, perMember, perAddress, addressOf } = this.#options
    if (tally.all >= perNode || tally.of(by) >= perMember) return false
    return tally.at(addressOf(by)) < perAddress
  }

  /** Whether there is a slot for any member at any address. */
  #isFreeForAll(held: Iterable<Held>): boolean {
    const { perNode, perMember, perAddress } = this.#options
    const tally = this.#tally(held)
    return tally.all < perNode && tally.most < perMember && tally.mostAt < perAddress
  }

  #tally(held: Iterable<Held>): Tally {
    return new Tally(held, this.#options.addressOf)
  }
}

/** Counts the slots of each member and each address, once for all comparisons. */
class Tally {
  readonly #members = new Map<Held['by'], number>()
  readonly #addresses = new Map<string | null, number>()
  readonly all: number

  constructor(held: Iterable<Held>, addressOf: (memberId: MemberId) => string) {
    let all = 0
    for (const { by } of held) {
      const address = by === null ? null : addressOf(by)
      all++
      this.#members.set(by, this.of(by) + 1)
      this.#addresses.set(address, this.at(address) + 1)
    }
    this.all = all
  }

  of(member: Held['by']): number {
    return this.#members.get(member) ?? 0
  }

  at(address: string | null): number {
    return this.#addresses.get(address) ?? 0
  }

  /** The slots of the member with the most. */
  get most(): number {
    return Math.max(0, ...this.#members.values())
  }

  /** The slots of the address with the most. */
  get mostAt(): number {
    return Math.max(0, ...this.#addresses.values())
  }
}
