// The border for server-sent events: rooms for programs that only read, over plain HTTP.
//
// Guarantees: the same updates in the same order as over a socket, each with the position after it; one frame for all
// streams of a room; a stream that does not drain hurts nobody else (room/place.ts).
// Left to others: authentication and the route (http/).
import type { ServerResponse } from 'node:http'
import {
  errorBody,
  type MemberId,
  type Position,
  Refusal,
  type RoomId,
  type Update,
} from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import {
  type FanOut,
  sessionEnded,
  MOST_CONNECTIONS,
  MOST_PER_ADDRESS,
} from '../room/connection.ts'
import { CHECK_MS } from '../room/place.ts'
import { Audience } from './audience.ts'
import { EventStream } from './event-stream.ts'
import { frameOf, KEEP_ALIVE } from './frame.ts'
import type { RoomsPort } from './rooms-port.ts'

/** How often every stream gets a keep-alive comment, ms. */
const KEEP_ALIVE_MS = 15_000
/** The delay before a client reconnects, and its random spread, ms: not all at once after a restart. */
const RETRY_MS = 1000
const RETRY_SPREAD_MS = 2000
/** How long streams may still drain on shutdown, ms. */
const FAREWELL_MS = 2000

interface EventStreamsOptions {
  readonly clock: Clock
  readonly newId: () => string
  /** A number in [0, 1), fresh with each call. */
  readonly chance: () => number
}

/** The member who reads, and their address (see `addressKey`). */
export interface Reader {
  readonly memberId: MemberId
  readonly address: string
  /** When their session ends, ms since 1970; absent: never. */
  readonly endsAt?: number
}

export class EventStreams implements FanOut {
  readonly #options: EventStreamsOptions
  readonly #streams = new Set<EventStream>()
  readonly #audience = new Audience()
  #rooms: RoomsPort | null = null
  #stopChecking: (() => void) | null = null
  #stopKeepAlive: (() => void) | null = null
  #onEmpty: (() => void) | null = null

  constructor(options: EventStreamsOptions) {
    this.#options = options
  }

  /** The number of streams. */
  get size(): number {
    return this.#streams.size
  }

  /** Begins to accept streams for these rooms. Call once. */
  open(rooms: RoomsPort): void {
    this.#rooms = rooms
    this.#checkLater()
    this.#keepAliveLater()
  }

  /**
   * Shows a room on a response, from `since` on where possible, until either side ends it.
   * @returns once the stream has begun
   * @throws Refusal `room-not-found`, `rate-limited`, `shutting-down`; then nothing has been written
   */
  async watch(
    { memberId, address, endsAt = Infinity }: Reader,
    roomId: RoomId,
    since: Position | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const rooms = this.#roomsOrRefuse()
    if (response.closed) return
    if (this.#streamsOf(memberId) >= MOST_CONNECTIONS || this.#isCrowded(address))
      throw new Refusal('rate-limited', 'Too many event streams are open.')
    const { newId, chance } = this.#options
    const stream = new EventStream({
      id: newId(),
      memberId,
      address,
      endsAt,
      response,
      rooms,
      audience: this.#audience,
      retryMs: RETRY_MS + Math.floor(chance() * RETRY_SPREAD_MS),
    })
    this.#streams.add(stream)
    response.once('close', () => this.#forget(stream))
    try {
      await stream.watch(roomId, since)
    } catch (error) {
      this.#forget(stream)
      throw error
    }
  }

  send(roomId: RoomId, update: Update, position: Position): void {
    this.#audience.write(roomId, () => frameOf(update, position))
  }

  /** Tells everybody to come back later, and ends all streams. Idempotent. */
  async close(): Promise<void> {
    this.#rooms = null
    this.#stopChecking?.()
    this.#stopKeepAlive?.()
    for (const stream of this.#streams) stream.end(errorBody('shutting-down'))
    await this.#empty()
    for (const stream of this.#streams) stream.breakOff()
  }

  /** Resolves when all streams have ended, or after FAREWELL_MS. */
  async #empty(): Promise<void> {
    if (this.#streams.size === 0) return
    await new Promise<void>((resolve) => {
      const stop = this.#options.clock.after(FAREWELL_MS, resolve)
      this.#onEmpty = () => {
        stop()
        resolve()
      }
    })
  }

  #forget(stream: EventStream): void {
    this.#streams.delete(stream)
    stream.close()
    if (this.#streams.size === 0) this.#onEmpty?.()
  }

  #roomsOrRefuse(): RoomsPort {
    if (!this.#rooms) throw new Refusal('shutting-down')
    return this.#rooms
  }

  #streamsOf(memberId: MemberId): number {
    let count = 0
    for (const stream of this.#streams) if (stream.memberId === memberId) count++
    return count
  }

  #isCrowded(address: string): boolean {
    let count = 0
    for (const stream of this.#streams) if (stream.address === address) count++
    return count >= MOST_PER_ADDRESS
  }

  #checkLater(): void {
    this.#stopChecking = this.#options.clock.after(CHECK_MS, () => {
      const now = this.#options.clock.now()
      for (const stream of this.#streams)
        if (stream.endsAt <= now) stream.end(sessionEnded())
        else stream.relieve()
      this.#checkLater()
    })
  }

  #keepAliveLater(): void {
    this.#stopKeepAlive = this.#options.clock.after(KEEP_ALIVE_MS, () => {
      for (const stream of this.#streams) stream.write(KEEP_ALIVE)
      this.#keepAliveLater()
    })
  }
}
