// A program that reads a room as server-sent events over a real connection, which can be paused and cut.
import { type IncomingMessage, request } from 'node:http'
import { isDelta, type RoomState } from '@roomcast/shared/protocol'
import { EventFollower } from './event-follower.ts'
import { until } from './until.ts'

export interface EventReaderOptions {
  readonly url: string
  readonly roomId: string
  readonly token: string
  /** Resumes where this follower is. */
  readonly follower?: EventFollower
}

export class EventReader {
  readonly follower: EventFollower
  readonly response: IncomingMessage
  /** Resolves when the stream is over: `ended` if the server finished it, `cut` otherwise. */
  readonly ended: Promise<'ended' | 'cut'>
  /** The first error in the received events. */
  #error: Error | null = null
  readonly #listeners = new Set<() => void>()

  /** Opens a stream. @throws Error with the response if it is refused */
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
    // A stream broken off in the middle emits an error; `ended` reports it.
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

  /** The text of the newest reply; empty if there is none. */
  get text(): string {
    const reply = this.state.messages.findLast((message) => message.kind === 'reply')
    return reply?.kind === 'reply' ? reply.text : ''
  }

  /** UTF-8 bytes of reply text received live, in deltas. */
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

  /** Waits until the reader is as far as another client and nothing runs. */
  reaches({ offset }: RoomState): Promise<unknown> {
    const isThere = ({ state }: EventReader) => state.offset >= offset && state.running === null
    return this.until(`offset ${offset}`, isThere)
  }

  close(): void {
    this.response.destroy()
  }
}
