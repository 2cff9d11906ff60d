// Limits on concurrent work: in total, per address and per member.
import type { Sender } from './allowance.ts'
import { TooOften } from './too-often.ts'

/** The limits. */
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

  /** Admits a sender. @returns releases its share; idempotent. @throws TooOften */
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
