/**
 * The simulator as a standalone program: `npx -y pnpm@12 simulator`, with PORT, HOST,
 * PACE, SEED and SCENARIO in the environment. Its address serves as `ANTHROPIC_BASE_URL`.
 */
import { isPaceName } from './pace.ts'
import { startSimulator } from './simulator.ts'

const { PORT = '4010', HOST = '127.0.0.1', PACE = 'real', SEED = '1', SCENARIO = '' } = process.env
if (!isPaceName(PACE)) throw new RangeError(`PACE is "${PACE}"; it can be real, fast or instant`)

const simulator = await startSimulator({
  port: Number(PORT),
  host: HOST,
  pace: PACE,
  seed: Number(SEED),
  scenario: SCENARIO,
})
console.log(`Simulated Messages API on ${simulator.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close())
}
