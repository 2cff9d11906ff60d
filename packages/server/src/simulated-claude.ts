// The Claude of a node without a key. It speaks the Messages API over HTTP, as the real one does, so the rest of the
// server knows it by its address alone: no other file of the server imports the simulator.
import { startSimulator } from '@roomcast/simulator'
import type { ClaudeSource } from './config.ts'

type Simulated = Extract<ClaudeSource, { kind: 'simulated' }>

/** @throws when no port of this machine is free */
export async function startSimulatedClaude({ pace, seed }: Simulated): Promise<{
  readonly url: string
  readonly close: () => Promise<void>
}> {
  const simulator = await startSimulator({ pace, ...(seed === undefined ? {} : { seed }) })
  return { url: simulator.url, close: () => simulator.close() }
}
