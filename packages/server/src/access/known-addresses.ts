// The address that each member was last heard from. Of many members the least recently heard are forgotten.
import type { MemberId } from '@roomcast/shared/protocol'

const MOST_MEMBERS = 10_000

export class KnownAddresses {
  readonly #addresses = new Map<MemberId, string>()

  /** Notes where a member is heard from now. `address`: as limits count it, see address.ts. */
  note(memberId: MemberId, address: string): void {
    this.#addresses.delete(memberId)
    this.#addresses.set(memberId, address)
    const [first] = this.#addresses.keys()
    if (this.#addresses.size > MOST_MEMBERS && first !== undefined) this.#addresses.delete(first)
  }

  /** Null for whoever was not heard from lately. */
  of(memberId: MemberId): string | null {
    return this.#addresses.get(memberId) ?? null
  }
}
