// Turns: the meter of everything that costs a node much to read: searches, pages, exports, joins. One of them at a time, in short
// acts, so that what is small (a post, a stop) is never far behind.
//
// Guarantees: half of the time of the process at most goes to acts that take a while; whoever waits is served in a round of addresses,
// and within an address in a round of its members, so that ten free sessions of one address are one share; the queue is bounded.
// Leaves to others: cutting what is long into acts.
import type { Clock } from '@roomcast/shared/clock'
import type { Sender } from '../access/allowance.ts'
import { TooOften } from '../access/too-often.ts'

/** Acts that take no longer together are done one right after the other; then the process is left to others for as long, ms. */
const SLICE_MS = 4
/** An act that waits for storage does not keep others waiting for longer, ms. */
const LONGEST_MS = 50
/** Acts that wait, of all, of an address and of a member: as many as may have a window open each. */
const MOST_WAITING = { all: 5000, address: 1000, member: 100 } as const
const RETRY_SECONDS = 1

/** Does something when it is its turn. @throws TooOften when too much waits already; or what `act` throws */
export type InTurn = <T>(act: () => T | Promise<T>) => Promise<T>

/** Without a queue: for what nobody else competes with. */
export const atOnce: InTurn = async (act) => await act()

interface TurnsOptions {
  readonly clock: Clock
  /** Milliseconds, never set back. */
  readonly milliseconds: () => number
}

type Job = () => void

export class Turns {
  readonly #options: TurnsOptions
  /** By address, and there by member. Whoever is next is first. */
  readonly #waiting = new Map<string, Map<string, Job[]>>()
  #count = 0
  #isBusy = false
  #isResting = false
  /** What acts have taken since the process was left to others, ms. */
  #taken = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** How many wait. */
  get waiting(): number {
    return this.#count
  }

  /** The turns of one sender. */
  of(sender: Sender): InTurn {
    return (act) => this.#run(sender, act)
  }

  #run<T>(sender: Sender, act: () => T | Promise<T>): Promise<T> {
    const mine = this.#queueOf(sender)
    return new Promise((resolve, reject) => {
      mine.push(() => {
        const release = this.#hold()
        void (async () => act())().then(resolve, reject).finally(release)
      })
      this.#count++
      this.#next()
    })
  }

  /** The queue of a sender, which is made where there is none. @throws TooOften */
  #queueOf({ memberId, address }: Sender): Job[] {
    const members = this.#waiting.get(address) ?? new Map<string, Job[]>()
    const mine = members.get(memberId ?? '') ?? []
    let ofAddress = 0
    for (const queue of members.values()) ofAddress += queue.length
    if (
      this.#count >= MOST_WAITING.all ||
      ofAddress >= MOST_WAITING.address ||
      mine.length >= MOST_WAITING.member
    )
      throw new TooOften(RETRY_SECONDS)
    this.#waiting.set(address, members)
    members.set(memberId ?? '', mine)
    return mine
  }

  /** An act has its turn. @returns gives it up; done at last by itself */
  #hold(): () => void {
    const { clock, milliseconds } = this.#options
    const began = milliseconds()
    this.#isBusy = true
    let isHeld = true
    const release = () => {
      if (!isHeld) return
      isHeld = false
      stop()
      this.#isBusy = false
      this.#taken += Math.min(LONGEST_MS, milliseconds() - began)
      this.#rest()
      this.#next()
    }
    const stop = clock.after(LONGEST_MS, release)
    return release
  }

  /** Leaves the process to others for as long as acts have had it. */
  #rest(): void {
    if (this.#taken < SLICE_MS || this.#isResting) return
    this.#isResting = true
    this.#options.clock.after(Math.ceil(this.#taken), () => {
      this.#isResting = false
      this.#next()
    })
    this.#taken = 0
  }

  #next(): void {
    while (!this.#isBusy && !this.#isResting) {
      const job = this.#take()
      if (!job) return
      job()
    }
  }

  /** Takes the next act out of the queue; its member and its address go to the end of their rounds. */
  #take(): Job | null {
    for (const [address, members] of this.#waiting)
      for (const [member, queue] of members) {
        this.#waiting.delete(address)
        members.delete(member)
        const job = queue.shift()
        if (queue.length > 0) members.set(member, queue)
        if (members.size > 0) this.#waiting.set(address, members)
        if (!job) break
        this.#count--
        return job
      }
    return null
  }
}
