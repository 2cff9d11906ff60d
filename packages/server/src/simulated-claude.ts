// The Claude of a node without a key. It serves the Messages API over HTTP, like the real one, so the rest of the
// server knows only its address: no other file of the server imports the simulator.
import { startSimulator } from '@roomcast/simulator'
import type { ClaudeSource } from './config.ts'

type Simulated = Extract<ClaudeSource, { kind: 'simulated' }>

/** @throws if this machine has no free port */
export async function startSimulatedClaude({ pace, seed }: Simulated): Promise<{
  readonly url: string
  readonly close: () => Promise<void>
}> {
  const simulator = await startSimulator({ pace, ...(seed === undefined ? {} : { seed }) })
  return { url: simulator.url, close: () => simulator.close() }
}
