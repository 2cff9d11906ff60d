// The place of a connection in a room, whatever kind of connection it is, and what happens when it does not keep up.
//
// Guarantees: a connection that does not drain leaves the live path, costs bounded memory, and is caught up with one tail when
// it has drained; one that takes far too much, or nothing for 30 s, is to be ended and may come back and resume.
import type { Look, Position, RoomId } from '@roomcast/shared/protocol'
import { positionOf } from '@roomcast/shared/room'
import type { Connection } from './connection.ts'
import type { Room } from './room.ts'

/** How often every connection is looked at, ms. */
export const CHECK_MS = 250
/** With more than this unsent, a connection leaves the live path and may not ask for more, bytes. */
const STALLED_BYTES = 256 * 1024
/** With more than this unsent it is ended at once: several times the largest room, bytes. */
const MOST_UNSENT_BYTES = 32 * 1024 * 1024
/** A connection that drains nothing for this many looks is ended. */
const PATIENCE = 120

/** The part of the rooms of its node that a place uses. */
interface RoomsToJoin {
  /**
   * Shows a room to a connection. @throws Refusal `room-not-found`, `removed`, `storage-unavailable`, `rate-limited`
   * @param onMember called when its member is known to be one, and before the room is opened
   */
  join(
    connection: Connection,
    roomId: RoomId,
    since: Position | undefined,
    onMember: () => void,
  ): Promise<Room>
  /** Ends what `join` began; nothing happens to a connection that the room does not show itself to. */
  leave(connection: Connection, room: Room): void
}

/** Whether a connection with so much unsent has to take that in before it asks for more. */
export function isStalled(unsentBytes: number): boolean {
  return unsentBytes > STALLED_BYTES
}

export class Place {
  readonly #connection: Connection
  readonly #rooms: RoomsToJoin
  #room: Room | null = null
  /** Where it left the live path. */
  #stalled: Position | null = null
  /** Looks since anything was drained, and the least that was unsent then. */
  #checks = 0
  #leastUnsent = Infinity

  constructor(connection: Connection, rooms: RoomsToJoin) {
    this.#connection = connection
    this.#rooms = rooms
  }

  /** The room it is in. */
  get roomId(): RoomId | null {
    return this.#room?.state.roomId ?? null
  }

  /**
   * Watches this room, from `since` on where that is possible, and no other. Whoever is no member of it stays
   * where they are.
   * @throws Refusal `room-not-found`, `removed`, `storage-unavailable`, `rate-limited`
   */
  async take(roomId: RoomId, since: Position | undefined): Promise<void> {
    this.#room = await this.#rooms.join(this.#connection, roomId, since, () => {
      if (this.#room && this.roomId !== roomId) this.leave()
      this.#stalled = null
    })
  }

  leave(): void {
    const room = this.#room
    this.#room = null
    this.#stalled = null
    if (room) this.#rooms.leave(this.#connection, room)
  }

  /**
   * Looks whether the connection drains: takes it off the live path, or brings it back with one tail.
   * @param unsent what it has been sent and has not taken, bytes
   * @returns whether to go on with it; if not, the caller ends it
   */
  keepsUp(unsent: number): boolean {
    const since = this.#stalled
    if (unsent < this.#leastUnsent) this.#checks = 0
    this.#leastUnsent = unsent === 0 ? Infinity : Math.min(unsent, this.#leastUnsent)
    if (unsent === 0) {
      if (since) this.#resume(since)
      return true
    }
    if (!isStalled(unsent) && !since) return true
    if (unsent > MOST_UNSENT_BYTES || ++this.#checks > PATIENCE) return false
    if (since || !this.#room) return true
    this.#connection.exit(this.#room.state.roomId)
    this.#stalled = positionOf(this.#room.state)
    this.#room.isBehind(this.#connection, true)
    return true
  }

  /** Notes where its reader is, if it watches this room. */
  readerIs(roomId: RoomId, look: Look): void {
    if (this.roomId === roomId) this.#room?.look(this.#connection, look)
  }

  #resume(since: Position): void {
    this.#stalled = null
    // Its member may be none any more.
    if (this.#room?.has(this.#connection)) this.#room.join(this.#connection, since)
  }
}
