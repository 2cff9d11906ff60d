// Injects every fault for as long as wanted and reports the results: `SOAK_SECONDS=1800 pnpm soak`. It plays round
// after round on one deployment, or SOAK_ROUNDS of them; SOAK_SEED is the first seed, SOAK_ROOMS the number of rooms,
// SOAK_CLIENTS the number of clients in each room, and SOAK_ONLY a part of the names of the wanted faults. Exits with 1
// if a promise was broken; the histories are then in SOAK_KEEP. SOAK_FIGURES is a file for all times, in JSON. Times
// depend on this machine and its other load.
import { writeFileSync } from 'node:fs'
import { Tally } from '../support/tally.ts'
import { Chance } from '../doubles/chance.ts'
import { FAULTS, NETWORK_FAULTS, TWO_AT_ONCE } from './system/faults.ts'
import { enterOwnNetwork, hasOwnNetwork } from './system/network.ts'
import { schedule } from './system/nemesis.ts'
import { figuresOf, summary, table } from './system/report.ts'
import { play, type Played } from './system/run.ts'
import { World } from './system/world.ts'

const seconds = Number(process.env['SOAK_SECONDS'] ?? 120)
const firstSeed = Number(process.env['SOAK_SEED'] ?? 1)
const rounds = process.env['SOAK_ROUNDS'] === undefined ? null : Number(process.env['SOAK_ROUNDS'])
const rooms = Number(process.env['SOAK_ROOMS'] ?? 10)
const clients = Number(process.env['SOAK_CLIENTS'] ?? 7)
const only = process.env['SOAK_ONLY'] ?? ''
const figures = process.env['SOAK_FIGURES']
const keepIn = process.env['SOAK_KEEP'] ?? 'soak-histories'

/** With few kinds, each strikes several times in a round. */
const LEAST_BLOWS = 8

await enterOwnNetwork()
const kinds = [...FAULTS, TWO_AT_ONCE, ...(hasOwnNetwork ? NETWORK_FAULTS : [])]
const chosen = kinds.filter(({ name }) => name.includes(only))
// The checker allows more in a round whose storage loses acknowledged writes, so such faults have rounds of their own.
const lossy = chosen.filter(({ losesWrites }) => losesWrites)
const others = chosen.filter(({ losesWrites }) => !losesWrites)
const tally = new Tally()
const played: Played[] = []
const deadline = performance.now() + seconds * 1000
const isOver = () => rounds === null && performance.now() > deadline
const world = await World.open()
try {
  for (let seed = firstSeed; rounds === null ? !isOver() : seed < firstSeed + rounds; seed++) {
    const isLossy = others.length === 0 || (lossy.length > 0 && seed % 2 === 0)
    const round = isLossy ? [...lossy, ...lossy] : others
    const faults = schedule(new Chance(seed), round, Math.max(round.length, LEAST_BLOWS))
    const result = await play(world, { seed, rooms, clients, faults, isOver, keepIn }, tally)
    played.push(result)
    for (const { rule, message } of result.violations)
      process.stdout.write(
        `${rule} ${message}\n   again: SOAK_SEED=${seed} SOAK_ROOMS=${rooms} SOAK_CLIENTS=${clients} SOAK_ONLY='${only}' SOAK_ROUNDS=1 pnpm soak\n`,
      )
  }
} finally {
  await world.close()
}
process.stdout.write(`${tally.table()}\n\n${table(figuresOf(played))}\n${summary(played, tally)}\n`)
if (figures !== undefined) writeFileSync(figures, JSON.stringify([...figuresOf(played)]))
process.exit(played.some(({ violations }) => violations.length > 0) ? 1 : 0)
