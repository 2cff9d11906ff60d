// The dockets of the rooms that were used last.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Docket } from '../decide/docket.ts'

/** Maximum number of members in all kept dockets together; the rest of a docket is short. */
const KEPT_MEMBERS = 20_000
/** Maximum number of kept dockets. */
const KEPT_ROOMS = 4_000

interface DocketLimits {
  readonly rooms: number
  readonly members: number
}

/** `T`: a docket, possibly with more knowledge of its room. */
export class KeptDockets<T extends { readonly docket: Docket }> {
  /** Least recently used first. */
  readonly #kept = new Map<RoomId, T>()
  /** The members in all kept dockets. */
  #members = 0
  readonly #most: DocketLimits

  constructor({ rooms, members }: DocketLimits = { rooms: KEPT_ROOMS, members: KEPT_MEMBERS }) {
    this.#most = { rooms, members }
  }

  /** How much is kept. */
  get size(): DocketLimits {
    return { rooms: this.#kept.size, members: this.#members }
  }

  /** Undefined: the docket is not kept, or no longer kept. */
  get(roomId: RoomId): T | undefined {
    return this.#kept.get(roomId)
  }

  keep(roomId: RoomId, known: T): void {
    this.forget(roomId)
    this.#kept.set(roomId, known)
    this.#members += known.docket.members.size
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most.rooms && this.#members <= this.#most.members) break
      this.forget(oldest)
    }
  }

  forget(roomId: RoomId): void {
    this.#members -= this.#kept.get(roomId)?.docket.members.size ?? 0
    this.#kept.delete(roomId)
  }
}
