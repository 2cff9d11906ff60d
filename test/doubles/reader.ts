// A program that follows a room by event streams, over no network: a test says how much of what was sent arrives, and
// when the stream is cut, with whatever is on the way.
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

  /** Opens a stream, from where it is. @throws Refusal */
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

  /** Everything that was sent arrives, or only so many bytes of it. */
  read(bytes = Infinity): void {
    this.#onTheWay = Buffer.concat([this.#onTheWay, ...this.#response.frames.splice(0)])
    const arrived = this.#onTheWay.subarray(0, bytes)
    this.#onTheWay = this.#onTheWay.subarray(arrived.length)
    this.follower.add(this.#decoder.decode(arrived, { stream: true }))
  }

  /** Bytes that have been sent and have not arrived. */
  get unread(): number {
    return (
      this.#onTheWay.length + this.#response.frames.reduce((sum, { length }) => sum + length, 0)
    )
  }

  /** The stream breaks off; what is on the way is lost. */
  cut(): void {
    this.#response.leave()
  }

  /** What came since the last call. */
  took(): string[] {
    this.read()
    return this.follower.types.splice(0)
  }
}
