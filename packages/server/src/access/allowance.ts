// How much one sender may do in a minute: as a member, and together with everybody at the same address, since a session costs nothing.
import type { Clock } from '@roomcast/shared/clock'
import { TokenBucket } from './token-bucket.ts'

/** Who does something: somebody at an address (see `addressKey`), perhaps without a session. */
export interface Sender {
  readonly memberId: string | null
  readonly address: string
}

export interface Shares {
  /** In a minute; a burst may be as large. */
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

  /** Takes `amount` of what this sender may do; false, and nothing is taken, where either has not enough left. */
  take({ memberId, address }: Sender, amount = 1): boolean {
    if (!this.#addresses.has(address, amount)) return false
    if (memberId !== null && !this.#members.take(memberId, amount)) return false
    return this.#addresses.take(address, amount)
  }

  /** After so many seconds `amount` is there again for somebody who has nothing left. */
  refillSeconds(amount = 1): number {
    return this.#members.refillSeconds(amount)
  }
}
