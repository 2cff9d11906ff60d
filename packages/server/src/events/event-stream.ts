// One response that shows one room to one member, from the first event to the last.
import type { ServerResponse } from 'node:http'
import type { MemberId, NamedUpdate, Position, RoomId, Update } from '@roomcast/shared/protocol'
import { isDelta } from '@roomcast/shared/protocol'
import type { Connection } from '../room/connection.ts'
import type { Place } from '../room/place.ts'
import type { Audience } from './audience.ts'
import { frameOf, retryFrame, STREAM_HEADERS } from './frame.ts'
import type { RoomsPort } from './rooms-port.ts'

type Closed = Extract<NamedUpdate, { type: 'closed' }>

interface EventStreamOptions {
  readonly id: string
  readonly memberId: MemberId
  readonly address: string
  readonly endsAt: number
  readonly response: ServerResponse
  readonly rooms: RoomsPort
  readonly audience: Audience
  /** The delay before reconnecting that the client is told, ms. */
  readonly retryMs: number
}

export class EventStream implements Connection {
  readonly #options: EventStreamOptions
  readonly #place: Place
  #closed = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#place = options.rooms.placeOf(this)
    // ignored because: `close` follows, and a client that reconnects asks for the updates it missed
    options.response.on('error', () => undefined)
  }

  get id(): string {
    return this.#options.id
  }

  get memberId(): MemberId {
    return this.#options.memberId
  }

  get address(): string {
    return this.#options.address
  }

  /** When the session of its member ends, ms since 1970. */
  get endsAt(): number {
    return this.#options.endsAt
  }

  /** Begins to show a room. @throws Refusal `room-not-found`, and then nothing has been written */
  async watch(roomId: RoomId, since: Position | undefined): Promise<void> {
    if (!this.#closed) await this.#place.take(roomId, since)
    if (this.#closed) this.#place.leave()
  }

  /** `closed` is the last event. */
  send(update: Update, position: Position): void {
    if (!isDelta(update) && update.type === 'closed') return this.end(update.error)
    this.write(frameOf(update, position))
  }

  enter(roomId: RoomId): void {
    this.#begin()
    this.#options.audience.enter(roomId, this)
  }

  exit(roomId: RoomId): void {
    this.#options.audience.exit(roomId, this)
  }

  write(frame: Buffer): void {
    const { response } = this.#options
    if (!response.headersSent || response.writableEnded || response.destroyed) return
    response.write(frame)
  }

  /**
   * Checks whether the response drains, and breaks it off if it does not: the client would not read a reason either.
   */
  relieve(): void {
    if (!this.#place.keepsUp(this.#options.response.writableLength)) this.breakOff()
  }

  /** Sends the reason, and ends once the client has taken it. */
  end(error: Closed['error']): void {
    this.#begin()
    this.write(frameOf({ type: 'closed', error }, null))
    this.#options.response.end()
  }

  /** Ends the response at once, whatever is unsent. */
  breakOff(): void {
    this.#options.response.destroy()
  }

  /** Called when the response is over. */
  close(): void {
    this.#closed = true
    this.#place.leave()
  }

  #begin(): void {
    const { response, retryMs } = this.#options
    if (response.headersSent) return
    response.writeHead(200, STREAM_HEADERS)
    response.flushHeaders()
    this.write(retryFrame(retryMs))
  }
}
