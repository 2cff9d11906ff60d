// The dockets of the rooms that were used last.
import type { RoomId } from '@roomcast/shared/protocol'
import type { Docket } from '../decide/docket.ts'

/** Members, of all rooms together, in the dockets that are kept; the rest of a docket is short. */
const KEPT_MEMBERS = 20_000
/** Rooms whose docket is kept. */
const KEPT_ROOMS = 4_000

interface DocketLimits {
  readonly rooms: number
  readonly members: number
}

/** `T`: a docket, with more that is known of its room. */
export class KeptDockets<T extends { readonly docket: Docket }> {
  /** The least recently used first. */
  readonly #kept = new Map<RoomId, T>()
  /** In all that are kept. */
  #members = 0
  readonly #most: DocketLimits

  constructor({ rooms, members }: DocketLimits = { rooms: KEPT_ROOMS, members: KEPT_MEMBERS }) {
    this.#most = { rooms, members }
  }

  /** How much is kept. */
  get size(): DocketLimits {
    return { rooms: this.#kept.size, members: this.#members }
  }

  /** Undefined: it is not kept, or not any more. */
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
