// One socket in at most one room, and what happens when it does not keep up.
import type { Position, RoomId, Update } from '@roomcast/shared/protocol'
import { errorBody, Refusal } from '@roomcast/shared/protocol'
import { positionOf } from '@roomcast/shared/room'
import type { Connection } from '../room/connection.ts'
import type { Room } from '../room/room.ts'
import type { Rooms } from '../room/rooms.ts'
import type { RoomSocket } from './gateway.ts'

/** With more than this unsent, a connection leaves the live path and may not ask for more, bytes. */
const STALLED_BYTES = 256 * 1024
/** With more than this unsent it is closed at once: several times the largest room, bytes. */
const MOST_UNSENT_BYTES = 32 * 1024 * 1024
/** A connection that drains nothing for this many looks (250 ms each) is closed; it can come back and resume. */
const PATIENCE = 120

export class SocketConnection implements Connection {
  readonly memberId: string
  readonly #socket: RoomSocket
  readonly #rooms: Rooms
  #room: Room | null = null
  /** Where it left the live path. */
  #stalled: Position | null = null
  /** Looks since anything was drained, and the least that was unsent then. */
  #looks = 0
  #leastUnsent = Infinity
  #closed = false
  /** Joins and leaves happen one after the other, in the order they came. */
  #turn: Promise<void> = Promise.resolve()

  constructor(socket: RoomSocket, memberId: string, rooms: Rooms) {
    this.#socket = socket
    this.memberId = memberId
    this.#rooms = rooms
  }

  get id(): string {
    return this.#socket.id
  }

  send(update: Update): void {
    this.#socket.emit('update', update)
  }

  enter(roomId: RoomId): void {
    void this.#socket.join(roomId)
  }

  exit(roomId: RoomId): void {
    void this.#socket.leave(roomId)
  }

  /**
   * Watches this room, and no other from now on. Refused, it watches what it watched before.
   * @throws Refusal `room-not-found`; `rate-limited` while it has not taken in what was sent
   */
  join(roomId: RoomId, since: Position | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#unsentBytes() > STALLED_BYTES)
        throw new Refusal('rate-limited', 'Take in first what has been sent.')
      await this.#rooms.requireMember(this.memberId, roomId)
      if (this.#room && this.#room.state.roomId !== roomId) this.#leave()
      this.#stalled = null
      if (!this.#closed) this.#room = await this.#rooms.join(this, roomId, since)
      if (this.#closed) this.#leave()
    })
  }

  /** Stops watching this room; nothing happens when it watches another one. */
  leave(roomId: RoomId): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#room?.state.roomId === roomId) this.#leave()
    })
  }

  close(): void {
    this.#closed = true
    this.#leave()
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act)
    // ignored because: whoever called gets the failure; the next in turn goes on all the same
    this.#turn = done.catch(() => undefined)
    return done
  }

  #leave(): void {
    const room = this.#room
    this.#room = null
    this.#stalled = null
    if (room) this.#rooms.leave(this, room)
  }

  /** Looks whether the socket drains: takes it off the live path, brings it back with one tail, or gives it up. */
  relieve(): void {
    const unsent = this.#unsentBytes()
    const since = this.#stalled
    if (unsent < this.#leastUnsent) this.#looks = 0
    this.#leastUnsent = unsent === 0 ? Infinity : Math.min(unsent, this.#leastUnsent)
    if (unsent === 0) return since ? this.#resume(since) : undefined
    if (unsent <= STALLED_BYTES && !since) return
    if (unsent > MOST_UNSENT_BYTES || ++this.#looks > PATIENCE) return this.giveUp('Too slow.')
    if (since || !this.#room) return
    this.exit(this.#room.state.roomId)
    this.#stalled = positionOf(this.#room.state)
  }

  /** Ends the connection; its member may come back. */
  giveUp(message: string): void {
    this.send({ type: 'closed', error: errorBody('rate-limited', message) })
    this.#socket.disconnect(true)
  }

  #resume(since: Position): void {
    this.#stalled = null
    this.#room?.join(this, since)
  }

  /**
   * What engine.io and the operating system's socket have not sent yet. `writeBuffer` and `bufferedAmount` are
   * not public, but the same since engine.io 4 (socket.io 4.8.4 read); without them nothing seems unsent.
   */
  #unsentBytes(): number {
    const { conn } = this.#socket
    const buffered = (conn.transport as { socket?: { bufferedAmount?: number } }).socket
    let bytes = buffered?.bufferedAmount ?? 0
    for (const packet of (conn as unknown as { writeBuffer?: { data?: unknown }[] }).writeBuffer ??
      [])
      if (typeof packet.data === 'string') bytes += packet.data.length
    return bytes
  }
}
