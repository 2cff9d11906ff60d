// Turns: the queue for expensive reads: searches, pages, exports, joins. One of them runs at a time, in short acts, so
// that small work (a post, a stop) never waits for long.
//
// Guarantees: long acts get at most half of the process's time; waiting senders are served round-robin by address, and
// within an address by member, so that ten free sessions of one address share one turn; the queue is bounded.
// Left to callers: cutting long work into acts.
import type { Clock } from '@roomcast/shared/clock'
import type { Sender } from '../access/allowance.ts'
import { TooOften } from '../access/too-often.ts'

/** Acts of no more than this together run back to back; then the process is left to other work for as long, ms. */
const SLICE_MS = 4
/** An act that waits for storage holds up the queue for no longer than this, ms. */
const LONGEST_MS = 50
/** Limits on waiting acts in total, per address and per member: one for each window that may be open. */
const MOST_WAITING = { all: 5000, address: 1000, member: 100 } as const
const RETRY_SECONDS = 1

/** Runs `act` in its turn. @throws TooOften if too many acts wait; or any error of `act` */
export type InTurn = <T>(act: () => T | Promise<T>) => Promise<T>

/** Runs without a queue, where nobody competes. */
export const atOnce: InTurn = async (act) => await act()

interface TurnsOptions {
  readonly clock: Clock
  /** Monotonic time, ms. */
  readonly milliseconds: () => number
}

type Job = () => void

export class Turns {
  readonly #options: TurnsOptions
  /** By address, then by member; the next in turn is first. */
  readonly #waiting = new Map<string, Map<string, Job[]>>()
  #count = 0
  #isBusy = false
  #isResting = false
  /** Time taken by acts since the process was last left to other work, ms. */
  #taken = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** The number of waiting acts. */
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

  /** The queue of a sender, created if necessary. @throws TooOften */
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

  /** Begins an act's turn. @returns a function that ends it; it also ends by itself after LONGEST_MS */
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

  /** Leaves the process to other work for as long as acts have had it. */
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
