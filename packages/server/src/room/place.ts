// The place of a connection of any kind in a room, and the handling of a connection that does not keep up.
//
// Guarantees: a connection that does not drain leaves the live path, costs bounded memory, and is caught up with one
// tail when it has drained; a connection with far too much unsent, or without progress for 30 s, is to be closed, and
// may reconnect and resume.
import type { Look, Position, RoomId } from '@roomcast/shared/protocol'
import { positionOf } from '@roomcast/shared/room'
import type { Connection } from './connection.ts'
import type { Room } from './room.ts'

/** How often every connection is checked, ms. */
export const CHECK_MS = 250
/** A connection with more than this unsent leaves the live path and may not request more, bytes. */
const STALLED_BYTES = 256 * 1024
/** A connection with more than this unsent is closed at once; several times the largest room, bytes. */
const MOST_UNSENT_BYTES = 32 * 1024 * 1024
/** A connection that drains nothing for this many checks is closed. */
const PATIENCE = 120

/** The part of `Rooms` that a place uses. */
interface RoomsToJoin {
  /**
   * Shows a room to a connection. @throws Refusal `room-not-found`, `removed`, `storage-unavailable`, `rate-limited`
   * @param onMember called once membership is confirmed, before the room is opened
   */
  join(
    connection: Connection,
    roomId: RoomId,
    since: Position | undefined,
    onMember: () => void,
  ): Promise<Room>
  /** Ends what `join` began; harmless for a connection that does not watch the room. */
  leave(connection: Connection, room: Room): void
}

/** Whether a connection with this much unsent must drain before it may request more. */
export function isStalled(unsentBytes: number): boolean {
  return unsentBytes > STALLED_BYTES
}

export class Place {
  readonly #connection: Connection
  readonly #rooms: RoomsToJoin
  #room: Room | null = null
  /** Its position when it left the live path. */
  #stalled: Position | null = null
  /** Checks since anything was drained, and the least unsent since then. */
  #checks = 0
  #leastUnsent = Infinity

  constructor(connection: Connection, rooms: RoomsToJoin) {
    this.#connection = connection
    this.#rooms = rooms
  }

  /** The room that the connection watches. */
  get roomId(): RoomId | null {
    return this.#room?.state.roomId ?? null
  }

  /**
   * Watches this room and no other, from `since` on where possible. A refused connection stays in its previous room.
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
   * Checks whether the connection drains: takes it off the live path, or brings it back with one tail.
   * @param unsent bytes sent to it that it has not taken yet
   * @returns whether to keep the connection; if not, the caller closes it
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

  /** Records its reader's look, if it watches this room. */
  readerIs(roomId: RoomId, look: Look): void {
    if (this.roomId === roomId) this.#room?.look(this.#connection, look)
  }

  #resume(since: Position): void {
    this.#stalled = null
    // Its member may have left or been removed.
    if (this.#room?.has(this.#connection)) this.#room.join(this.#connection, since)
  }
}
