// The whole deployment that a system test breaks: three nodes, a Redis with its replica, the simulated Claude, and
// wires between all of them; and rooms full of members.
import { Redis } from 'ioredis'
import { type Simulator, startSimulator } from '@roomcast/simulator'
import { Chance } from '../../doubles/chance.ts'
import { SIGNING_KEY } from '../../support/deployment.ts'
import { Person } from '../../support/person.ts'
import { type RedisPair, startRedisPair } from '../../support/redis-pair.ts'
import {
  type ServerEnvironment,
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../../support/server-process.ts'
import { asUser } from '../../support/redis-user.ts'
import type { Tally } from '../../support/tally.ts'
import { Client, type Member } from './client.ts'
import { Writer } from './history.ts'
import { Page } from './page.ts'
import type { Place } from './people.ts'
import { Wire } from './wire.ts'
import { pause } from '../../support/pause.ts'

export const NODES = 3
const NAMES = ['Ana', 'Bo', 'Cy', 'Dee'] as const
/** Short, so that tests do not wait long for a silent Claude. */
const PATIENCE = { FIRST_EVENT_MS: '4000', SILENCE_MS: '3000', SHUTDOWN_MS: '1500' }

/** A node, the wire on which clients reach it, and its own wire to Redis. */
export interface Node {
  process: ServerProcess
  readonly people: Wire
  readonly redis: Wire
  readonly environment: ServerEnvironment
}

export class World {
  readonly nodes: readonly Node[]
  readonly redis: RedisPair
  readonly simulator: Simulator
  /** Queries Redis past all wires. */
  readonly #close: () => Promise<unknown>

  static async open(): Promise<World> {
    const directory = await temporaryDirectory()
    const redis = await startRedisPair({ settings: { 'enable-debug-command': 'yes' } })
    const simulator = await startSimulator({ pace: 'fast', keep: 200_000 })
    const environment = {
      DATA_DIR: directory.path,
      SIGNING_KEY,
      ANTHROPIC_API_KEY: 'a-key',
      ANTHROPIC_BASE_URL: simulator.url,
      LOG_LEVEL: 'warn',
      ...PATIENCE,
    }
    const nodes = await Promise.all(
      Array.from({ length: NODES }, () => openNode(redis, environment)),
    )
    const close = async () => {
      await Promise.all(nodes.map(closeNode))
      await Promise.all([simulator.close(), redis.stop(), directory.remove()])
    }
    return new World({ nodes, redis, simulator, close })
  }

  private constructor(parts: {
    nodes: readonly Node[]
    redis: RedisPair
    simulator: Simulator
    close: () => Promise<unknown>
  }) {
    this.nodes = parts.nodes
    this.redis = parts.redis
    this.simulator = parts.simulator
    this.#close = parts.close
  }

  node(index: number): Node {
    const node = this.nodes[index % this.nodes.length]
    if (!node) throw new Error('there is no node')
    return node
  }

  /** Queries the current primary, past the wires of the nodes. */
  async ask<T>(what: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.redis.url, { maxRetriesPerRequest: 20 })
    redis.on('error', () => undefined)
    try {
      return await what(redis)
    } finally {
      redis.disconnect()
    }
  }

  /** Starts a node at its old address; it may still be starting if Redis cannot be reached. */
  async start(node: Node): Promise<void> {
    const PORT = String(node.process.port)
    for (let attempt = 1; ; attempt++) {
      try {
        node.process = await startServerProcess({ ...node.environment, PORT })
        return
      } catch (error) {
        if (attempt === 5) throw error
        await pause(500)
      }
    }
  }

  close(): Promise<unknown> {
    return this.#close()
  }
}

/** A node runs as the user that docs/operating.md gives it. */
async function openNode(redis: RedisPair, common: ServerEnvironment): Promise<Node> {
  const wire = await Wire.open(Number(new URL(redis.url).port))
  const environment = { ...common, REDIS_URL: asUser(`redis://127.0.0.1:${wire.port}`) }
  const process = await startServerProcess(environment)
  return { process, environment, redis: wire, people: await Wire.open(process.port) }
}

async function closeNode({ process, people, redis }: Node): Promise<void> {
  await process.kill()
  await Promise.all([people.close(), redis.close()])
}

/** A room and its members, for the duration of one round. */
export class Room implements Place {
  readonly roomId: string
  readonly members: Member[] = []
  readonly isPatient: boolean
  readonly chance: Chance
  readonly tally: Tally
  readonly #world: World
  readonly #people: readonly Person[]
  readonly #now: () => number

  /** @param clients the number of bare programs; each node also has a page */
  static async make(
    world: World,
    tally: Tally,
    chance: Chance,
    options: {
      readonly clients: number
      readonly isPatient: boolean
      readonly now: () => number
    },
  ): Promise<Room> {
    const [first] = world.nodes
    if (!first) throw new Error('there is no node')
    const people = await Promise.all(NAMES.map((name) => Person.come(first.process.url, name)))
    const [owner] = people as [Person, ...Person[]]
    const { roomId, invite } = await owner.makeRoom('Everybody')
    for (const person of people.slice(1)) await person.accept(invite)
    const room = new Room(world, people, roomId, tally, chance, options)
    for (let index = 0; index < options.clients; index++) room.seat(index)
    for (let index = 0; index < NODES; index++) room.open(index)
    return room
  }

  private constructor(
    world: World,
    people: readonly Person[],
    roomId: string,
    tally: Tally,
    chance: Chance,
    { isPatient, now }: { readonly isPatient: boolean; readonly now: () => number },
  ) {
    this.isPatient = isPatient
    this.#world = world
    this.#people = people
    this.roomId = roomId
    this.tally = tally
    this.chance = chance
    this.#now = now
  }

  /** Adds a bare program; each of its connections may go to another node. */
  seat(index: number, name = `program ${index}`): Client {
    const person = this.#person(index)
    const chance = new Chance(this.chance.below(1_000_000_000))
    const client = new Client({
      roomId: this.roomId,
      memberId: person.memberId,
      token: person.token,
      port: () => chance.pick(this.#world.nodes).people.port,
      chance,
      history: new Writer(name, this.roomId, this.#now),
    })
    this.members.push(client)
    return client
  }

  /** Adds a client of the page, on one node. */
  open(index: number, name = `page ${index}`): Page {
    const person = this.#person(index)
    const { port } = this.#world.node(index).people
    const { client } = person.at(`http://127.0.0.1:${port}`).sit(this.roomId)
    const page = new Page(person.memberId, client, new Writer(name, this.roomId, this.#now))
    this.members.push(page)
    return page
  }

  async delete(): Promise<void> {
    const owner = this.#person(0)
    const { url } = this.#world.node(0).process
    const response = await fetch(`${url}/api/rooms/${this.roomId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${owner.token}` },
    })
    if (response.status !== 204) throw new Error(`the room is not deleted: ${response.status}`)
  }

  #person(index: number): Person {
    const person = this.#people[index % this.#people.length]
    if (!person) throw new Error('there is nobody')
    return person
  }
}
