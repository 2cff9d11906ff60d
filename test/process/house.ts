// A server process with its own data, or several that share a Redis; their simulator; and a room with Alice and Bob in
// it.
import { expect } from 'vitest'
import type { Message, Reply } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import {
  type RequestRecord,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '@roomcast/simulator'
import { Deployment } from '../support/deployment.ts'
import { Person, type Seat } from '../support/person.ts'
import {
  type ServerEnvironment,
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'

export const KEY = 'sk-ant-a-key-that-must-not-be-seen'

export class House {
  readonly simulator: Simulator
  readonly alice: Person
  readonly bob: Person
  readonly roomId: string
  /** The room's valid invite link. */
  invite: string
  readonly environment: ServerEnvironment
  /** The only server, or Alice's. */
  server: ServerProcess
  readonly #seats: Seat[] = []
  readonly #close: () => Promise<void>

  static async open(
    environment: ServerEnvironment = {},
    simulated: SimulatorOptions = {},
    making: { readonly startCode?: string } = {},
  ): Promise<House> {
    const directory = await temporaryDirectory()
    const simulator = await startSimulator({ pace: 'instant', ...simulated })
    const whole = {
      DATA_DIR: directory.path,
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: simulator.url,
      ...environment,
    }
    const server = await startServerProcess(whole)
    const close = async () => {
      await simulator.close()
      await directory.remove()
    }
    const parts = { simulator, server, environment: whole, close }
    return House.#furnish(parts, server.url, making)
  }

  /** Nodes over one Redis: Alice is on the first, Bob on the second. */
  static async openOnNodes(count: number, environment: ServerEnvironment = {}): Promise<House> {
    const deployment = await Deployment.open(count, { environment })
    const { simulator } = deployment
    const [server, other] = [deployment.node(0), deployment.node(1)]
    const close = () => deployment.close()
    const parts = { simulator, server, environment: deployment.environment, close }
    return House.#furnish(parts, other.url)
  }

  static async #furnish(
    parts: Pick<House, 'simulator' | 'server' | 'environment'> & { close: () => Promise<void> },
    bobsUrl: string,
    making: { readonly startCode?: string } = {},
  ): Promise<House> {
    const alice = await Person.come(parts.server.url, 'Alice')
    const bob = await Person.come(bobsUrl, 'Bob')
    const { roomId, invite } = await alice.makeRoom('A room', making)
    await bob.accept(invite)
    return new House({ ...parts, alice, bob, roomId, invite })
  }

  private constructor(parts: {
    simulator: Simulator
    server: ServerProcess
    alice: Person
    bob: Person
    roomId: string
    invite: string
    environment: ServerEnvironment
    close: () => Promise<void>
  }) {
    this.simulator = parts.simulator
    this.server = parts.server
    this.alice = parts.alice
    this.bob = parts.bob
    this.roomId = parts.roomId
    this.invite = parts.invite
    this.environment = parts.environment
    this.#close = parts.close
  }

  get directory(): string {
    return this.environment['DATA_DIR'] ?? ''
  }

  /** Opens a room for somebody and waits until they are live. */
  async sit(person: Person, roomId = this.roomId): Promise<Seat> {
    const seat = person.sit(roomId)
    this.#seats.push(seat)
    await seat.live()
    return seat
  }

  /** Seats for Alice and Bob, both live. */
  both(): Promise<[Seat, Seat]> {
    return Promise.all([this.sit(this.alice), this.sit(this.bob)])
  }

  /** The messages that somebody sees who joins only now; they leave again. */
  async newcomer(person = this.alice, roomId = this.roomId): Promise<readonly Message[]> {
    const seat = await this.sit(person, roomId)
    const { messages } = seat.state
    seat.leave()
    return messages
  }

  /** Sends an HTTP request as any program could, and returns the response, whatever its status. */
  async http(
    who: (Pick<Person, 'token'> & Partial<Pick<Person, 'url'>>) | null,
    method: string,
    path: string,
    options: { body?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch((who?.url ?? this.server.url) + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(who === null ? {} : { authorization: `Bearer ${who.token}` }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    return { status: response.status, body: await response.json() }
  }

  /** Starts the server again, at the same address and with the same data. */
  async start(environment: ServerEnvironment = {}): Promise<void> {
    const PORT = String(this.server.port)
    this.server = await startServerProcess({ ...this.environment, PORT, ...environment })
  }

  /** The newest request to Claude, once its connection has ended. */
  async asked(): Promise<RequestRecord> {
    await expect.poll(() => this.#newest()?.endedAt).toBeTypeOf('number')
    const record = this.#newest()
    if (!record) throw new Error('Claude was not asked')
    return record
  }

  #newest(): RequestRecord | undefined {
    return this.simulator.requests.findLast(({ path }) => path.endsWith('/messages'))
  }

  async close(): Promise<void> {
    for (const seat of this.#seats) seat.leave()
    await this.server.kill()
    await this.#close()
  }
}

/** The deployments that a test runs on: a name, and a function that opens such a house. */
export const HOUSES = [
  ['one node', (environment?: ServerEnvironment) => House.open(environment)],
  ['two nodes over Redis', (environment?: ServerEnvironment) => House.openOnNodes(2, environment)],
] as const

/** All replies of a room, oldest first. */
export function repliesIn(messages: readonly Message[]): Reply[] {
  return messages.filter((message): message is Reply => message.kind === 'reply')
}

/** Expects everybody to see the same room, message for message and byte for byte. */
export async function expectSame(house: House, ...seats: readonly Seat[]): Promise<void> {
  const [first] = seats
  if (!first) throw new Error('nobody watches')
  const { offset, roomId } = first.state
  const messages = await house.newcomer(house.alice, roomId)
  for (const seat of seats) {
    await seat.until('the others', ({ state }) => (state?.offset ?? 0) >= offset)
    expect(seat.state.messages).toEqual(messages)
  }
  for (const reply of repliesIn(messages)) expect(byteLength(reply.text)).toBe(reply.end)
}
