// A program that follows a room by event streams, without a network: a test decides how much of the sent data arrives,
// and when the stream is cut, losing everything in flight.
import type { RoomState } from '@roomcast/shared/protocol'
import { positionFrom } from '@roomcast/server/events/event-id.ts'
import type { EventStreams } from '@roomcast/server/events/event-streams.ts'
import { EventFollower } from '../support/event-follower.ts'
import { SimulatedResponse } from './response.ts'

export class SimulatedReader {
  readonly follower = new EventFollower()
  readonly memberId: string
  readonly #events: EventStreams
  #response = new SimulatedResponse()
  #decoder = new TextDecoder()
  #onTheWay: Buffer = Buffer.alloc(0)

  constructor(events: EventStreams, memberId: string) {
    this.#events = events
    this.memberId = memberId
  }

  get response(): SimulatedResponse {
    return this.#response
  }

  get state(): RoomState {
    return this.follower.state
  }

  get types(): readonly string[] {
    return this.follower.types
  }

  /** Opens a stream, resuming at the current position. @throws Refusal */
  async open(roomId = 'room', id = this.follower.lastId): Promise<void> {
    this.#response = new SimulatedResponse()
    this.#decoder = new TextDecoder()
    this.#onTheWay = Buffer.alloc(0)
    this.follower.begin()
    const { asResponse } = this.#response
    await this.#events.watch(
      { memberId: this.memberId, address: 'here' },
      roomId,
      positionFrom(id),
      asResponse,
    )
  }

  /** Delivers everything that was sent, or only this many bytes. */
  read(bytes = Infinity): void {
    this.#onTheWay = Buffer.concat([this.#onTheWay, ...this.#response.frames.splice(0)])
    const arrived = this.#onTheWay.subarray(0, bytes)
    this.#onTheWay = this.#onTheWay.subarray(arrived.length)
    this.follower.add(this.#decoder.decode(arrived, { stream: true }))
  }

  /** Bytes that were sent but have not arrived. */
  get unread(): number {
    return (
      this.#onTheWay.length + this.#response.frames.reduce((sum, { length }) => sum + length, 0)
    )
  }

  /** Breaks off the stream; everything in flight is lost. */
  cut(): void {
    this.#response.leave()
  }

  /** The updates since the last call. */
  took(): string[] {
    this.read()
    return this.follower.types.splice(0)
  }
}
