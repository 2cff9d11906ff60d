// How many may do something at the same time: of all, of an address, of a member.
import type { Sender } from './allowance.ts'
import { TooOften } from './too-often.ts'

/** How many at the same time. */
export interface Most {
  readonly all: number
  readonly perAddress: number
  readonly perMember: number
}

const RETRY_SECONDS = 5

export class AtOnce {
  readonly #most: Most
  readonly #inside = new Set<Sender>()

  constructor(most: Most) {
    this.#most = most
  }

  /** Lets a sender in. @returns lets go; idempotent. @throws TooOften */
  enter({ memberId, address }: Sender): () => void {
    const { all, perAddress, perMember } = this.#most
    const inside = [...this.#inside]
    if (
      inside.length >= all ||
      inside.filter((one) => one.address === address).length >= perAddress ||
      inside.filter((one) => one.memberId === memberId).length >= perMember
    )
      throw new TooOften(RETRY_SECONDS)
    const sender = { memberId, address }
    this.#inside.add(sender)
    return () => this.#inside.delete(sender)
  }
}
