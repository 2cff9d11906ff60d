// A program that reads a room as server-sent events over a real connection, which can be paused and cut.
import { type IncomingMessage, request } from 'node:http'
import { isDelta, type RoomState } from '@roomcast/shared/protocol'
import { EventFollower } from './event-follower.ts'
import { until } from './until.ts'

export interface EventReaderOptions {
  readonly url: string
  readonly roomId: string
  readonly token: string
  /** Goes on from where this one is. */
  readonly follower?: EventFollower
}

export class EventReader {
  readonly follower: EventFollower
  readonly response: IncomingMessage
  /** Resolves when the stream is over: whether it ended in order, or was cut. */
  readonly ended: Promise<'ended' | 'cut'>
  /** What was wrong with what came. */
  #error: Error | null = null
  readonly #listeners = new Set<() => void>()

  /** Opens a stream. @throws Error with the answer, when there is none */
  static async open(options: EventReaderOptions): Promise<EventReader> {
    const { url, roomId, token, follower = new EventFollower() } = options
    const { lastId } = follower
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastId === '' ? {} : { 'last-event-id': lastId }),
    }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${url}/api/rooms/${roomId}/events`, { headers, agent: false }, resolve)
      asked.once('error', reject)
      asked.end()
    })
    if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`)
    return new EventReader(response, follower)
  }

  private constructor(response: IncomingMessage, follower: EventFollower) {
    this.response = response
    this.follower = follower
    follower.begin()
    // Broken off in the middle it ends with an error; `ended` tells.
    response.on('error', () => undefined)
    this.ended = new Promise((resolve) => {
      response.once('close', () => resolve(response.complete ? 'ended' : 'cut'))
    })
    response.setEncoding('utf8').on('data', (text: string) => {
      try {
        follower.add(text)
      } catch (error) {
        this.#error ??= error as Error
      }
      for (const listener of this.#listeners) listener()
    })
  }

  get state(): RoomState {
    if (this.#error) throw this.#error
    return this.follower.state
  }

  /** The text of the newest reply; empty when there is none. */
  get text(): string {
    const reply = this.state.messages.findLast((message) => message.kind === 'reply')
    return reply?.kind === 'reply' ? reply.text : ''
  }

  /** UTF-8 bytes of reply text that came live, in deltas. */
  get liveBytes(): number {
    return this.follower.updates.reduce(
      (sum, update) => sum + (isDelta(update) ? Buffer.byteLength(update[2]) : 0),
      0,
    )
  }

  until<T>(what: string, look: (reader: EventReader) => T | null | undefined | false): Promise<T> {
    return until(
      `a reader: ${what}`,
      () => look(this),
      (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    )
  }

  /** Waits until it has come as far as somebody else, and nothing runs. */
  reaches({ offset }: RoomState): Promise<unknown> {
    const isThere = ({ state }: EventReader) => state.offset >= offset && state.running === null
    return this.until(`offset ${offset}`, isThere)
  }

  close(): void {
    this.response.destroy()
  }
}
