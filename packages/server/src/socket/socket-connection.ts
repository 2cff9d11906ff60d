// One socket in at most one room.
import type { ErrorBody, Look, Position, RoomId, Update } from '@roomcast/shared/protocol'
import { errorBody, Refusal } from '@roomcast/shared/protocol'
import { type Connection, sessionEnded } from '../room/connection.ts'
import { isStalled, type Place } from '../room/place.ts'
import type { RoomSocket } from './room-socket.ts'
import type { RoomsPort } from './rooms-port.ts'

/** The connected member, and their address. */
interface Member {
  readonly memberId: string
  readonly address: string
}

export class SocketConnection implements Connection {
  readonly memberId: string
  readonly address: string
  readonly #socket: RoomSocket
  readonly #rooms: RoomsPort
  readonly #place: Place
  #closed = false
  /** Joins and leaves run one after the other, in the order in which they arrived. */
  #turn: Promise<void> = Promise.resolve()

  constructor(socket: RoomSocket, { memberId, address }: Member, rooms: RoomsPort) {
    this.#socket = socket
    this.memberId = memberId
    this.address = address
    this.#rooms = rooms
    this.#place = rooms.placeOf(this)
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
   * Watches this room and no other. If refused, it keeps watching its previous room.
   * @throws Refusal `room-not-found`; `rate-limited` while the socket has not drained
   */
  join(roomId: RoomId, since: Position | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (isStalled(this.#unsentBytes()))
        throw new Refusal('rate-limited', 'Read the updates already sent before you ask for more.')
      if (!this.#closed) await this.#place.take(roomId, since)
      if (this.#closed) this.#place.leave()
    })
  }

  /** Stops watching this room; does nothing if it watches another one. */
  leave(roomId: RoomId): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#place.roomId === roomId) this.#place.leave()
    })
  }

  /** Records the reader's look, if it watches this room. @throws Refusal `room-not-found`, `removed` */
  look(roomId: RoomId, look: Look): Promise<void> {
    return this.#inTurn(async () => {
      await this.#rooms.requireMember(this.memberId, roomId)
      this.#place.readerIs(roomId, look)
    })
  }

  close(): void {
    this.#closed = true
    this.#place.leave()
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act)
    // ignored because: the caller gets the failure; the next act runs all the same
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** Checks whether the socket drains, and closes it if it does not. @returns whether it stays open */
  relieve(): boolean {
    if (this.#place.keepsUp(this.#unsentBytes())) return true
    this.giveUp('Too slow.')
    return false
  }

  /** Closes the connection for a packet that no page sends; reconnecting does not help. */
  refuse(message: string): void {
    this.#end(errorBody('bad-request', message))
  }

  /** Closes the connection; its member may reconnect. */
  giveUp(message: string): void {
    this.#end(errorBody('rate-limited', message))
  }

  /** Closes the connection because its session has ended. */
  expire(): void {
    this.#end(sessionEnded())
  }

  /** Closes the connection because this node shuts down; a new connection reaches another node. */
  sendAway(): void {
    this.#end(errorBody('shutting-down'))
  }

  #end(error: ErrorBody): void {
    this.send({ type: 'closed', error })
    this.#socket.disconnect(true)
  }

  /**
   * The bytes that engine.io and the raw socket have not sent yet. `writeBuffer` and `bufferedAmount` are
   * not public, but unchanged since engine.io 4 (read in socket.io 4.8.4); without them nothing seems unsent.
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
