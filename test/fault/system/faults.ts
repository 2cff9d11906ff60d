// Every fault that is injected, one by one: its effect on the world, its duration, and its repair.
import { execFile } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Redis, ReplyError } from 'ioredis'
import type { Chance } from '../../doubles/chance.ts'
import { pause } from '../../support/pause.ts'
import type { Fault as WireFault } from './wire.ts'
import type { World } from './world.ts'

export interface Struck {
  /** Its duration, ms; 0 if the fault is over at once. */
  readonly lasts: number
  lift?(): Promise<unknown>
}

export interface FaultKind {
  readonly name: string
  /** Storage may lose writes acknowledged a moment before. */
  readonly losesWrites?: boolean
  /** Measures recovery from the strike on, instead of from the repair. */
  readonly countsFromBlow?: boolean
  /** Lasts until every answer without an owner has ended, which must happen before the repair. */
  readonly settles?: boolean
  strike(world: World, chance: Chance): Promise<Struck>
}

const MEMORY = '1mb'

const OF_NODES: readonly FaultKind[] = [
  {
    name: 'a node is killed',
    countsFromBlow: true,
    strike: async (world, chance) => {
      const node = chance.pick(world.nodes)
      await node.process.kill()
      return { lasts: chance.below(2500), lift: () => world.start(node) }
    },
  },
  {
    name: 'a node is killed and stays down',
    settles: true,
    strike: async (world, chance) => {
      const node = chance.pick(world.nodes)
      await node.process.kill()
      return { lasts: 15_000, lift: () => world.start(node) }
    },
  },
  ...[
    { name: 'a node is frozen for a moment', lasts: 2500 },
    { name: 'a node is frozen beyond its lease', lasts: 8500 },
  ].map(({ name, lasts }): FaultKind => ({
    name,
    strike: async (world, chance) => {
      const { pid } = chance.pick(world.nodes).process
      process.kill(pid, 'SIGSTOP')
      return { lasts, lift: async () => process.kill(pid, 'SIGCONT') }
    },
  })),
  {
    name: 'a node is shut down and restarted',
    strike: async (world, chance) => {
      const node = chance.pick(world.nodes)
      await node.process.stop()
      return { lasts: 0, lift: () => world.start(node) }
    },
  },
]

const OF_REDIS: readonly FaultKind[] = [
  {
    name: 'Redis is killed and restarted',
    strike: async ({ redis }, chance) => {
      await redis.primary.kill()
      return { lasts: chance.below(3000), lift: () => redis.primary.restart() }
    },
  },
  {
    name: 'Redis restarts without its last writes',
    losesWrites: true,
    strike: async (world, chance) => {
      const { primary } = world.redis
      const directory = await world.ask(readDirectory)
      const [now, before] = ['appendonlydir', 'earlier'].map((name) => join(directory, name))
      await cp(now ?? '', before ?? '', { recursive: true })
      await pause(200 + chance.below(800))
      await primary.kill()
      await rm(now ?? '', { recursive: true })
      await cp(before ?? '', now ?? '', { recursive: true })
      await rm(before ?? '', { recursive: true })
      return { lasts: 0, lift: () => primary.restart() }
    },
  },
  {
    name: 'a replica takes over without the last writes',
    losesWrites: true,
    strike: async ({ redis }, chance) => {
      await redis.sever()
      await pause(200 + chance.below(800))
      await redis.failOver()
      return { lasts: 0, lift: () => redis.refill() }
    },
  },
  {
    name: 'Redis is frozen',
    strike: async ({ redis }, chance) => {
      const { primary } = redis
      primary.pause()
      return { lasts: 1500 + chance.below(4000), lift: async () => primary.resume() }
    },
  },
  asked('Redis answers nobody for 2 s (CLIENT PAUSE)', 2000, (redis) =>
    redis.call('CLIENT', 'PAUSE', '2000'),
  ),
  asked('Redis is busy for 1.5 s (DEBUG SLEEP)', 0, (redis) => redis.call('DEBUG', 'SLEEP', '1.5')),
  asked('Redis forgets its scripts', 0, (redis) => redis.script('FLUSH')),
  asked('all subscriptions are killed', 0, (redis) =>
    redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  ),
  asked('all commands are killed', 0, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal')),
  {
    name: 'Redis is full',
    strike: async (world) => {
      await world.ask((redis) => redis.config('SET', 'maxmemory', MEMORY))
      return {
        lasts: 2500,
        lift: () => world.ask((redis) => redis.config('SET', 'maxmemory', '0')),
      }
    },
  },
]

const BETWEEN: readonly FaultKind[] = [
  wired('a node is cut off from Redis', 'redis', 4000, { kind: 'cut' }),
  wired('the link of a node to Redis is silently dead', 'redis', 5000, { kind: 'dead' }),
  wired('the commands of a node are cut', 'redis', 3000, { kind: 'cut', only: 'commands' }),
  wired('the subscriptions of a node are cut', 'redis', 3000, {
    kind: 'cut',
    only: 'subscriptions',
  }),
  wired('the subscriptions of a node are silent', 'redis', 7000, {
    kind: 'dead',
    only: 'subscriptions',
  }),
  wired('answers of Redis to a node are lost', 'redis', 800, {
    kind: 'loses answers',
    only: 'commands',
  }),
  wired('Redis is far from a node', 'redis', 3000, { kind: 'delayed', ms: 120 }),
]

const OF_PEOPLE: readonly FaultKind[] = [
  wired('people are cut off from a node', 'people', 2000, { kind: 'cut' }),
  wired('links to people are silently dead', 'people', 4000, { kind: 'dead' }),
  wired('links to people are slow', 'people', 4000, { kind: 'throttled', rate: 2000 }),
  wired('links to people have high latency', 'people', 3000, { kind: 'delayed', ms: 400 }),
  {
    name: 'links to people flap',
    strike: async (world, chance) => {
      const { people } = chance.pick(world.nodes)
      for (let times = 0; times < 5; times++) {
        people.suffer({ kind: 'cut' })
        await pause(chance.below(300))
        people.mend()
        await pause(chance.below(600))
      }
      return { lasts: 0 }
    },
  },
  {
    name: 'everyone loses the connection at once',
    strike: async ({ nodes }) => {
      for (const { people } of nodes) people.drop()
      return { lasts: 0 }
    },
  },
]

export const FAULTS: readonly FaultKind[] = [...OF_NODES, ...OF_REDIS, ...BETWEEN, ...OF_PEOPLE]

/**
 * A node and something else break at the same moment; the other is repaired first, since a node needs Redis to start.
 */
export const TWO_AT_ONCE: FaultKind = {
  name: 'two faults at once',
  strike: async (world, chance) => {
    const others = [...OF_REDIS, ...BETWEEN, ...OF_PEOPLE].filter(({ losesWrites }) => !losesWrites)
    const [one, other] = [chance.pick(OF_NODES), chance.pick(others)]
    const first = await other.strike(world, chance)
    const second = await one.strike(world, chance)
    return {
      lasts: Math.max(first.lasts, second.lasts),
      lift: async () => {
        await first.lift?.()
        await second.lift?.()
      },
    }
  },
}

/** Faults of packets, in a network namespace of our own (`network.ts`) so that nothing else is affected. */
export const NETWORK_FAULTS: readonly FaultKind[] = [
  {
    name: 'no packet gets through',
    strike: async (_world, chance) => {
      await command('ip', 'link', 'set', 'lo', 'down')
      return {
        lasts: 500 + chance.below(3500),
        lift: () => command('ip', 'link', 'set', 'lo', 'up'),
      }
    },
  },
  {
    name: 'the network has low bandwidth and drops packets',
    strike: async () => {
      const narrow = ['rate', '3mbit', 'burst', '32kbit', 'latency', '5ms']
      await command('tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'tbf', ...narrow)
      return { lasts: 4000, lift: () => command('tc', 'qdisc', 'del', 'dev', 'lo', 'root') }
    },
  },
]

const command = (name: string, ...rest: readonly string[]) => promisify(execFile)(name, rest)

function wired(
  name: string,
  which: 'redis' | 'people',
  lasts: number,
  fault: WireFault,
): FaultKind {
  return {
    name,
    strike: async (world, chance) => {
      const wire = chance.pick(world.nodes)[which]
      wire.suffer(fault)
      return { lasts, lift: async () => wire.mend() }
    },
  }
}

function asked(name: string, lasts: number, what: (redis: Redis) => Promise<unknown>): FaultKind {
  return {
    name,
    strike: async (world) => {
      await world.ask(what).catch((error: unknown) => {
        // The fault may also hit the connection that requests it; but Redis must not refuse the command.
        if (error instanceof ReplyError) throw error
      })
      return { lasts }
    },
  }
}

async function readDirectory(redis: Redis): Promise<string> {
  const [, directory] = await redis.config('GET', 'dir')
  return directory ?? ''
}
