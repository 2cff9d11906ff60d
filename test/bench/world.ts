// A server process and a simulated Claude for a bench. The simulator runs in the bench itself, so that what it
// notes and what the bench notes is told by one clock.
import { type Simulator, startSimulator } from '@roomcast/server/simulator/simulator.ts'
import {
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { Person } from '../support/person.ts'

export interface BenchWorld {
  readonly server: ServerProcess
  readonly simulator: Simulator
  close(): Promise<void>
}

export async function benchWorld(pace: 'real' | 'fast'): Promise<BenchWorld> {
  const simulator = await startSimulator({ pace, keep: 5000 })
  const directory = await temporaryDirectory()
  const server = await startServerProcess({
    DATA_DIR: directory.path,
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: simulator.url,
    MAX_TOKENS: '64000',
    LOG_LEVEL: 'warn',
  })
  return {
    server,
    simulator,
    close: async () => {
      await server.kill()
      await simulator.close()
      await directory.remove()
    },
  }
}

/** A room with these people in it; the first has made it. */
export async function aRoomOf(
  url: string,
  names: readonly string[],
): Promise<{ roomId: string; people: Person[] }> {
  const people = await Promise.all(names.map((name) => Person.come(url, name)))
  const [owner, ...others] = people
  if (!owner) throw new Error('a room needs somebody')
  const { roomId, invite } = await owner.makeRoom('Bench')
  for (const person of others) await person.accept(invite)
  return { roomId, people }
}
