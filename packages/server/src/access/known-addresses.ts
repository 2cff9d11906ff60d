// The last known address of each member. Beyond a limit, the members heard from longest ago are forgotten.
import type { MemberId } from '@roomcast/shared/protocol'

const MOST_MEMBERS = 10_000

export class KnownAddresses {
  readonly #addresses = new Map<MemberId, string>()

  /** Records a member's current address. `address`: the key that limits count by, see address.ts. */
  note(memberId: MemberId, address: string): void {
    this.#addresses.delete(memberId)
    this.#addresses.set(memberId, address)
    const [first] = this.#addresses.keys()
    if (this.#addresses.size > MOST_MEMBERS && first !== undefined) this.#addresses.delete(first)
  }

  /** Null for a member not heard from recently. */
  of(memberId: MemberId): string | null {
    return this.#addresses.get(memberId) ?? null
  }
}
