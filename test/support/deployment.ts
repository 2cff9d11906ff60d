// Several nodes over one Redis, as an operator runs them, and the simulated Claude that they all ask.
import { type Simulator, type SimulatorOptions, startSimulator } from '@roomcast/simulator'
import { Person, type Seat } from './person.ts'
import { asUser } from './redis-user.ts'
import { type RedisPair, startRedisPair } from './redis-pair.ts'
import { type RedisServer, startRedis, startRedisCluster } from './redis-server.ts'
import {
  type ServerEnvironment,
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from './server-process.ts'

export const SIGNING_KEY = '0123456789abcdef'.repeat(4)

export interface DeploymentOptions {
  readonly environment?: ServerEnvironment
  readonly simulator?: SimulatorOptions
  /** A cluster of three masters instead of one Redis. */
  readonly cluster?: boolean
  /** A Redis with a replica for failover, instead of one Redis. */
  readonly pair?: boolean
}

export class Deployment {
  /** The single Redis; null for a cluster or a pair. */
  readonly redis: RedisServer | null
  /** Null unless requested. */
  readonly pair: RedisPair | null
  readonly simulator: Simulator
  readonly environment: ServerEnvironment
  readonly nodes: ServerProcess[]
  readonly #seats: Seat[] = []
  readonly #close: () => Promise<unknown>

  static async open(count: number, options: DeploymentOptions = {}): Promise<Deployment> {
    const directory = await temporaryDirectory()
    const redis = options.cluster || options.pair ? null : await startRedis({ durable: true })
    const pair = options.pair ? await startRedisPair() : null
    const cluster = options.cluster ? await startRedisCluster() : null
    const simulator = await startSimulator({ pace: 'instant', keep: 5000, ...options.simulator })
    const environment = {
      DATA_DIR: directory.path,
      REDIS_URL: asUser(redis?.url ?? pair?.url ?? cluster?.url ?? ''),
      REDIS_MODE: cluster ? 'cluster' : 'standalone',
      SIGNING_KEY,
      ANTHROPIC_API_KEY: 'a-key',
      ANTHROPIC_BASE_URL: simulator.url,
      ...options.environment,
    }
    const close = () =>
      Promise.all([
        simulator.close(),
        redis?.stop(),
        pair?.stop(),
        cluster?.stop(),
        directory.remove(),
      ])
    const nodes = await Promise.all(
      Array.from({ length: count }, () => startServerProcess(environment)),
    )
    return new Deployment({ redis, pair, simulator, environment, nodes, close })
  }

  private constructor(parts: {
    redis: RedisServer | null
    pair: RedisPair | null
    simulator: Simulator
    environment: ServerEnvironment
    nodes: ServerProcess[]
    close: () => Promise<unknown>
  }) {
    this.redis = parts.redis
    this.pair = parts.pair
    this.simulator = parts.simulator
    this.environment = parts.environment
    this.nodes = parts.nodes
    this.#close = parts.close
  }

  node(index: number): ServerProcess {
    const node = this.nodes[index % this.nodes.length]
    if (!node) throw new Error('there is no node')
    return node
  }

  /** A room created by the first person; each is a member on their own node: the first on node 0 and so on. */
  async room(...names: readonly string[]): Promise<{ roomId: string; people: Person[] }> {
    const people = await Promise.all(
      names.map((name, index) => Person.come(this.node(index).url, name)),
    )
    const [owner, ...others] = people
    if (!owner) throw new Error('a room needs somebody')
    const { roomId, invite } = await owner.makeRoom('A room')
    for (const person of others) await person.accept(invite)
    return { roomId, people }
  }

  /** Opens the room for everybody on their node and waits until all are live. */
  async sit(people: readonly Person[], roomId: string): Promise<Seat[]> {
    const seats = people.map((person) => person.sit(roomId))
    this.#seats.push(...seats)
    await Promise.all(seats.map((seat) => seat.live()))
    return seats
  }

  /** Starts a node at the address of one that has ended. */
  async restart(index: number): Promise<void> {
    const PORT = String(this.node(index).port)
    this.nodes[index] = await startServerProcess({ ...this.environment, PORT })
  }

  /** Freezes a node. */
  freeze(index: number): void {
    process.kill(this.node(index).pid, 'SIGSTOP')
  }

  thaw(index: number): void {
    process.kill(this.node(index).pid, 'SIGCONT')
  }

  async close(): Promise<void> {
    for (const seat of this.#seats) seat.leave()
    await Promise.all(this.nodes.map((node) => node.kill()))
    await this.#close()
  }
}
