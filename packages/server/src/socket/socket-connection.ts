// One socket in at most one room, and what happens when it does not keep up.
import type { Position, RoomId, Update } from '@roomcast/shared/protocol'
import { errorBody } from '@roomcast/shared/protocol'
import { positionOf } from '@roomcast/shared/room'
import type { Connection } from '../room/connection.ts'
import type { Room } from '../room/room.ts'
import type { Rooms } from '../room/rooms.ts'
import type { RoomSocket } from './gateway.ts'

/** With more than this unsent, a connection leaves the live path, bytes. */
const STALLED_BYTES = 256 * 1024
/** A connection that is off the live path for this many looks (250 ms each) is closed; it can come back and resume. */
const PATIENCE = 120

export class SocketConnection implements Connection {
  readonly memberId: string
  readonly #socket: RoomSocket
  readonly #rooms: Rooms
  #room: Room | null = null
  #stalled: { readonly since: Position; looks: number } | null = null
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

  /** Watches this room, and no other from now on. @throws Refusal `room-not-found` */
  join(roomId: RoomId, since: Position | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#room && this.#room.state.roomId !== roomId) this.#leave()
      this.#stalled = null
      if (!this.#closed) this.#room = await this.#rooms.join(this, roomId, since)
      if (this.#closed) this.#leave()
    })
  }

  leave(): Promise<void> {
    return this.#inTurn(async () => this.#leave())
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

  /** Looks whether the socket drains: takes it off the live path, or brings it back with one tail. */
  relieve(): void {
    if (!this.#room) return
    const unsent = this.#unsentBytes()
    if (this.#stalled) {
      if (unsent === 0) return this.#resume(this.#stalled.since)
      if (++this.#stalled.looks < PATIENCE) return
      this.send({ type: 'closed', error: { ...errorBody('rate-limited'), message: 'Too slow.' } })
      this.#socket.disconnect(true)
      return
    }
    if (unsent <= STALLED_BYTES) return
    this.exit(this.#room.state.roomId)
    this.#stalled = { since: positionOf(this.#room.state), looks: 0 }
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
