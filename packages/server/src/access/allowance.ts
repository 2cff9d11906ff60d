// Limits per minute for a sender: per member, and for everybody at the same address together, since sessions are free.
import type { Clock } from '@roomcast/shared/clock'
import { TokenBucket } from './token-bucket.ts'

/** The sender of a request: an address (see `addressKey`), and a member if there is a session. */
export interface Sender {
  readonly memberId: string | null
  readonly address: string
}

export interface Shares {
  /** Per minute; a burst may be as large. */
  readonly perMember: number
  readonly perAddress: number
}

export class Allowance {
  readonly #members: TokenBucket
  readonly #addresses: TokenBucket

  constructor(clock: Pick<Clock, 'now'>, { perMember, perAddress }: Shares) {
    this.#members = new TokenBucket(clock, perMember)
    this.#addresses = new TokenBucket(clock, perAddress)
  }

  /** Takes `amount` from both limits of this sender; returns false, and takes nothing, if either is too low. */
  take({ memberId, address }: Sender, amount = 1): boolean {
    if (!this.#addresses.has(address, amount)) return false
    if (memberId !== null && !this.#members.take(memberId, amount)) return false
    return this.#addresses.take(address, amount)
  }

  /** The seconds until `amount` is available again to a sender with nothing left. */
  refillSeconds(amount = 1): number {
    return this.#members.refillSeconds(amount)
  }
}
