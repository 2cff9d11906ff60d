// The lists that other nodes have announced for one room, while they are valid.
import type { MemberId } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Announced, Announcement } from './announcement.ts'

interface Heard {
  readonly version: number
  readonly members: Announced
  readonly stopExpiry: () => void
}

export class OtherNodes {
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #heard = new Map<string, Heard>()

  /** @param onChange called when the lists have changed */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /**
   * Takes an announcement, unless a newer one of the same node is known. An empty list is kept as long as any other, so that
   * an older list that arrives late is recognised as old.
   * @param holdsMs how long the announcement is valid from now on
   */
  hear({ node, version, members }: Announcement, holdsMs: number): void {
    const known = this.#heard.get(node)
    if (known && version < known.version) return
    known?.stopExpiry()
    const stopExpiry = this.#clock.after(holdsMs, () => {
      this.#heard.delete(node)
      if (members.length > 0) this.#onChange()
    })
    this.#heard.set(node, { version, members, stopExpiry })
    if (known ? version > known.version : members.length > 0) this.#onChange()
  }

  get lists(): readonly Announced[] {
    return [...this.#heard.values()].map(({ members }) => members)
  }

  /** When a member first arrived on any of the other nodes where they are present, ms by the clock of Redis. */
  arrivalOf(memberId: MemberId): number | undefined {
    let first: number | undefined
    for (const { members } of this.#heard.values()) {
      const arrival = members.find(([member]) => member === memberId)?.[1]
      if (arrival !== undefined) first = Math.min(arrival, first ?? arrival)
    }
    return first
  }

  /** Forgets everything, without calling `onChange`. */
  clear(): void {
    for (const { stopExpiry } of this.#heard.values()) stopExpiry()
    this.#heard.clear()
  }
}
