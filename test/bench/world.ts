// A server process and a simulated Claude for a bench. The simulator runs in the bench itself, so that one clock
// measures both.
import { type Simulator, startSimulator } from '@roomcast/simulator'
import {
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { Deployment } from '../support/deployment.ts'
import { Person } from '../support/person.ts'

export interface BenchWorld {
  /** The first node. */
  readonly server: ServerProcess
  readonly nodes: readonly ServerProcess[]
  readonly simulator: Simulator
  close(): Promise<void>
}

const ENVIRONMENT = { MAX_TOKENS: '64000', LOG_LEVEL: 'warn' }

/**
 * The same with nodes that share a durable Redis, as shipped; `claude`: the address to ask instead of the simulator.
 */
export async function redisWorld(
  pace: 'real' | 'fast',
  count: number,
  claude?: string,
): Promise<BenchWorld> {
  const deployment = await Deployment.open(count, {
    environment: { ...ENVIRONMENT, ...(claude ? { ANTHROPIC_BASE_URL: claude } : {}) },
    simulator: { pace, keep: 5000 },
  })
  const { nodes, simulator } = deployment
  return { server: deployment.node(0), nodes, simulator, close: () => deployment.close() }
}

export async function benchWorld(pace: 'real' | 'fast', claude?: string): Promise<BenchWorld> {
  const simulator = await startSimulator({ pace, keep: 5000 })
  const directory = await temporaryDirectory()
  const server = await startServerProcess({
    DATA_DIR: directory.path,
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: claude ?? simulator.url,
    ...ENVIRONMENT,
  })
  return {
    server,
    nodes: [server],
    simulator,
    close: async () => {
      await server.kill()
      await simulator.close()
      await directory.remove()
    },
  }
}

/** A room with these people; the first creates it. If there are several nodes, each person is on the next one. */
export async function aRoomOf(
  { nodes }: Pick<BenchWorld, 'nodes'>,
  names: readonly string[],
): Promise<{ roomId: string; people: Person[] }> {
  const urls = nodes.map(({ url }) => url)
  const people = await Promise.all(
    names.map((name, index) => Person.come(urls[index % urls.length] ?? '', name)),
  )
  const [owner, ...others] = people
  if (!owner) throw new Error('a room needs somebody')
  const { roomId, invite } = await owner.makeRoom('Bench')
  for (const person of others) await person.accept(invite)
  return { roomId, people }
}
