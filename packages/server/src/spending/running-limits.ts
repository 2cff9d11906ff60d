// How many answers run at once on this node, and whose turn it is when more are asked for. Nothing is stored: a question
// that gets no place waits in the queue of its room, and the log tells what waits.
import type { MemberId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Waiting } from '../judge/room-log.ts'

interface RunningLimitsOptions {
  /** Answers that run at once on this node, for one member, and for one address. */
  readonly perNode: number
  readonly perMember: number
  readonly perAddress: number
  /** The address that a member is connected from. */
  readonly addressOf: (memberId: MemberId) => string
  readonly clock: Pick<Clock, 'now'>
}

/**
 * For how long whoever found the node full goes before those who come, ms. Another node may look after what waits, and then this
 * one never hears that nobody does any more.
 */
const AWAITED_MS = 3000

/** A right to run one answer, until it is released. */
export interface Slot {
  /** Idempotent. */
  release(): void
}

interface Held {
  /** Null: of whoever asked it. */
  readonly by: MemberId | null
  readonly address: string | null
}

export class RunningLimits {
  readonly #options: RunningLimitsOptions
  /** One for each place that is taken: hardly more than `perNode`. */
  readonly #held = new Set<Held>()
  /** Of these, those of questions that were chosen and have not started yet. */
  readonly #promised: Held[] = []
  /** Until when those who wait for a place on this node go first, ms; a look at all that waits comes well within. */
  #awaitedUntil = 0

  constructor(options: RunningLimitsOptions) {
    this.#options = options
  }

  /** How many places are taken. */
  get size(): number {
    return this.#held.size
  }

  /**
   * A place for an answer to this member's question; null when there is none, and then it has to wait.
   * @param by null: somebody's, whom only the log knows; then nobody may be at their limit
   */
  take(by: MemberId | null): Slot | null {
    const isFull = this.#held.size >= this.#options.perNode
    if (isFull) this.#await()
    // Those who wait already go first. Whoever has all of their own share waits alone, and holds up nobody.
    if (isFull || this.#isAwaited) return null
    const mayStart =
      by === null ? this.#isFreeForAll(this.#held) : this.#mayStart(by, new Tally(this.#held))
    return mayStart ? this.hold(by) : null
  }

  /** Takes a place for what has started already, even beyond the limits. */
  hold(by: MemberId | null): Slot {
    const held = this.#heldBy(by)
    this.#held.add(held)
    return { release: () => void this.#held.delete(held) }
  }

  /**
   * Whether the room of an answer that ends may go on with its next question in the same step, whoever asked that: nobody
   * waits elsewhere, and no member or address is at its limit.
   * @param by the member whose answer ends, and with it one of their places
   */
  mayGoOn(by: MemberId): boolean {
    if (this.#isAwaited) return false
    const leaving = [...this.#held].find((held) => held.by === by)
    return this.#isFreeForAll([...this.#held].filter((held) => held !== leaving))
  }

  /**
   * Chooses of the questions that wait those that may start now: the members with the fewest answers running first, and of
   * these who has waited longest. Their places are taken until `keepPromises`.
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
      const held = this.#heldBy(next.by)
      this.#held.add(held)
      this.#promised.push(held)
    }
    if (left.length > 0 && this.#held.size >= this.#options.perNode) this.#await()
    else this.#awaitedUntil = 0
    return chosen
  }

  /** What was chosen has started, and has a place of its own, or does not start here. */
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
    const tally = new Tally(this.#held)
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

  /** Whether there is a place for anybody, whoever they are. */
  #isFreeForAll(held: Iterable<Held>): boolean {
    const { perNode, perMember, perAddress } = this.#options
    const tally = new Tally(held)
    return tally.all < perNode && tally.most < perMember && tally.mostAt < perAddress
  }

  #heldBy(by: MemberId | null): Held {
    return { by, address: by === null ? null : this.#options.addressOf(by) }
  }
}

/** How many places each member and each address has, counted once for all who are compared. */
class Tally {
  readonly #members = new Map<Held['by'], number>()
  readonly #addresses = new Map<Held['address'], number>()
  readonly all: number

  constructor(held: Iterable<Held>) {
    let all = 0
    for (const { by, address } of held) {
      all++
      this.#members.set(by, this.of(by) + 1)
      this.#addresses.set(address, this.at(address) + 1)
    }
    this.all = all
  }

  of(member: Held['by']): number {
    return this.#members.get(member) ?? 0
  }

  at(address: Held['address']): number {
    return this.#addresses.get(address) ?? 0
  }

  /** Of the member who has most. */
  get most(): number {
    return Math.max(0, ...this.#members.values())
  }

  /** Of the address that has most. */
  get mostAt(): number {
    return Math.max(0, ...this.#addresses.values())
  }
}
