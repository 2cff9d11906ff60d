// One socket in at most one room.
import type { ErrorBody, Look, Position, RoomId, Update } from '@roomcast/shared/protocol'
import { errorBody, Refusal } from '@roomcast/shared/protocol'
import { type Connection, sessionEnded } from '../room/connection.ts'
import { isStalled, type Place } from '../room/place.ts'
import type { RoomSocket } from './room-socket.ts'
import type { RoomsPort } from './rooms-port.ts'

/** Who is connected, and from where. */
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
  /** Joins and leaves happen one after the other, in the order they came. */
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
   * Watches this room, and no other from now on. Refused, it watches what it watched before.
   * @throws Refusal `room-not-found`; `rate-limited` while it has not taken in what was sent
   */
  join(roomId: RoomId, since: Position | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (isStalled(this.#unsentBytes()))
        throw new Refusal('rate-limited', 'Read the updates already sent before you ask for more.')
      if (!this.#closed) await this.#place.take(roomId, since)
      if (this.#closed) this.#place.leave()
    })
  }

  /** Stops watching this room; nothing happens when it watches another one. */
  leave(roomId: RoomId): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#place.roomId === roomId) this.#place.leave()
    })
  }

  /** Notes where its reader is, if it watches this room. @throws Refusal `room-not-found`, `removed` */
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
    // ignored because: whoever called gets the failure; the next in turn goes on all the same
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** Looks whether the socket drains; gives it up when it does not. @returns whether it goes on */
  relieve(): boolean {
    if (this.#place.keepsUp(this.#unsentBytes())) return true
    this.giveUp('Too slow.')
    return false
  }

  /** Ends the connection for something that no page sends; coming back does not help. */
  refuse(message: string): void {
    this.#end(errorBody('bad-request', message))
  }

  /** Ends the connection; its member may come back. */
  giveUp(message: string): void {
    this.#end(errorBody('rate-limited', message))
  }

  /** Ends with its session. */
  expire(): void {
    this.#end(sessionEnded())
  }

  /** Tells its member that this node goes down: the next link leads to another one. */
  sendAway(): void {
    this.#end(errorBody('shutting-down'))
  }

  #end(error: ErrorBody): void {
    this.send({ type: 'closed', error })
    this.#socket.disconnect(true)
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
