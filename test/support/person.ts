// A person without a browser: a session over HTTP and a RoomClient over a real socket, like those of the page.
import { randomUUID } from 'node:crypto'
import type { CommandResult, Reply, RoomState } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type Intent, RoomClient, type RoomView } from '@roomcast/client/room/room-client.ts'
import { SocketTransport } from '@roomcast/client/room/transport-socket.ts'
import { until } from './until.ts'

/** The clock of the machine, for clients that talk to real servers. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

export class Person {
  readonly name: string
  readonly url: string
  readonly #token: string
  readonly memberId: string

  static async come(url: string, name: string): Promise<Person> {
    const session = await call<{ token: string; member: { memberId: string } }>(
      `${url}/api/session`,
      { name },
    )
    return new Person(url, name, session.token, session.member.memberId)
  }

  private constructor(url: string, name: string, token: string, memberId: string) {
    this.url = url
    this.name = name
    this.#token = token
    this.memberId = memberId
  }

  get token(): string {
    return this.#token
  }

  /** The same person at another address, such as that of a restarted server. */
  at(url: string): Person {
    return new Person(url, this.name, this.#token, this.memberId)
  }

  async makeRoom(
    title: string,
    more: { readonly startCode?: string } = {},
  ): Promise<{ roomId: string; invite: string }> {
    const made = await this.call<{ room: { roomId: string }; inviteUrl: string }>('/api/rooms', {
      title,
      ...more,
    })
    return { roomId: made.room.roomId, invite: made.inviteUrl.split('/').at(-1) ?? '' }
  }

  async accept(invite: string): Promise<void> {
    await this.call('/api/invites/accept', { invite })
  }

  call<T>(path: string, body?: unknown): Promise<T> {
    return call<T>(this.url + path, body, this.#token)
  }

  /** Opens a room as a page would; wait for the desired state with `Seat.until`. */
  sit(roomId: string): Seat {
    return new Seat(
      this.name,
      new RoomClient({
        roomId,
        transport: new SocketTransport({
          url: this.url,
          token: this.#token,
          clock: machineClock,
          chance: Math.random,
        }),
        clock: machineClock,
        newId: randomUUID,
      }),
    )
  }
}

/** Somebody watching a room. */
export class Seat {
  readonly name: string
  readonly client: RoomClient

  constructor(name: string, client: RoomClient) {
    this.name = name
    this.client = client
    client.open()
  }

  get view(): RoomView {
    return this.client.view
  }

  /** The state of the room; fails if it has not been read yet. */
  get state(): RoomState {
    const { state } = this.client.view
    if (!state) throw new Error(`${this.name} has not read the room yet`)
    return state
  }

  /** The newest reply; fails if there is none. */
  get reply(): Reply {
    const reply = this.state.messages.findLast((message) => message.kind === 'reply')
    if (reply?.kind !== 'reply') throw new Error(`${this.name} sees no reply`)
    return reply
  }

  until<T>(what: string, look: (view: RoomView) => T | null | undefined | false): Promise<T> {
    return until(
      `${this.name}: ${what}`,
      () => look(this.client.view),
      (listener) => this.client.subscribe(listener),
    )
  }

  live(): Promise<unknown> {
    return this.until('live', (view) => view.status.kind === 'live')
  }

  /**
   * Waits until the newest reply, or reply number `number`, has at least this many bytes or has ended. A member other
   * than the asker may not know the reply yet when the question is acknowledged: pass the number then.
   */
  reads(bytes: number, number?: number): Promise<Reply> {
    return this.until(`${bytes} bytes of reply ${number ?? ''}`, ({ state }) => {
      const reply = state?.messages.findLast(
        (message) =>
          message.kind === 'reply' && (number === undefined || message.number === number),
      )
      return reply?.kind === 'reply' && (reply.end >= bytes || reply.ended) ? reply : null
    })
  }

  /** Waits until reply number `number` (or the newest) has ended. */
  ended(number?: number): Promise<Reply> {
    return this.until(`the end of reply ${number ?? ''}`, ({ state }) => {
      const reply = state?.messages.findLast(
        (message) =>
          message.kind === 'reply' && (number === undefined || message.number === number),
      )
      return reply?.kind === 'reply' && reply.ended ? reply : null
    })
  }

  send(intent: Intent): Promise<CommandResult> {
    return this.client.send(intent)
  }

  ask(text: string): Promise<CommandResult> {
    return this.send({ type: 'post', text, ask: true })
  }

  leave(): void {
    this.client.close()
  }
}

async function call<T>(url: string, body?: unknown, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
