// Compares one node on SQLite with one and two nodes on Redis, alternating in one run. `pnpm bench:nodes`; ROUNDS=5 by
// default. With two nodes, the asker is on one, and those who watch or stop are on the other. Redis is durable
// (`appendfsync always`). Ratios are relative to SQLite. Exits with 1 when a promise did not hold.
import { distribution, median, report } from './distribution.ts'
import { measureJoins } from './join.ts'
import { measureLag } from './lag.ts'
import { startMetronome } from './metronome.ts'
import { measureStops } from './stops.ts'
import { type BenchWorld, benchWorld, redisWorld } from './world.ts'

const rounds = Number(process.env['ROUNDS'] ?? 5)
const NAMES = ['one node, SQLite', 'one node, Redis', 'two nodes, Redis'] as const
const FIGURES = [
  'question → first text, who asked',
  'question → first text, somebody else',
  'a piece of text: written → on a screen',
  'stop → acknowledged',
  'stop → silence on all screens',
  'stop → request to Claude closed',
  'join in the middle of 200 kB → synced',
] as const

const series = FIGURES.map(() => NAMES.map((): number[] => []))
const broken = { beyond: 0, different: 0, afterClose: 0 }
const add = (figure: number, world: number, values: readonly number[]) =>
  series[figure]?.[world]?.push(...values)

async function inWorlds(
  worlds: readonly BenchWorld[],
  work: (world: BenchWorld, index: number) => Promise<void>,
): Promise<void> {
  try {
    for (let round = 0; round < rounds; round++)
      for (const [index, world] of worlds.entries()) await work(world, index)
  } finally {
    await Promise.all(worlds.map((world) => world.close()))
  }
}

const metronome = await startMetronome(80, 25)
const { url } = metronome
const timed = [
  await benchWorld('fast', url),
  await redisWorld('fast', 1, url),
  await redisWorld('fast', 2, url),
]
await inWorlds(timed, async (world, index) => {
  const lag = await measureLag(world, metronome, 6)
  add(0, index, lag.first)
  add(1, index, lag.firstElsewhere)
  add(2, index, lag.piece)
})
await metronome.close()

const worlds = [await benchWorld('fast'), await redisWorld('fast', 1), await redisWorld('fast', 2)]
let seed = 1
await inWorlds(worlds, async (world, index) => {
  const stops = await measureStops(world, 20, 2, seed++)
  add(3, index, stops.acknowledged)
  add(4, index, stops.shownToAll)
  add(5, index, stops.upstreamClosed)
  const joins = await measureJoins(world, 10)
  add(6, index, joins.synced)
  broken.beyond += stops.shownBeyond
  broken.different += stops.different + joins.different
  broken.afterClose = worlds.reduce((sum, each) => sum + each.simulator.stats.bytesAfterClose, 0)
})

for (const [figure, name] of FIGURES.entries()) {
  report(name, '')
  const [base = []] = series[figure] ?? []
  for (const [index, values] of (series[figure] ?? []).entries()) {
    const ratio = (median(values) / median(base)).toFixed(2)
    report(`  ${NAMES[index]}`, `${distribution(values)}, x${ratio}`)
  }
}
report('screens beyond an acknowledged end', `${broken.beyond}`)
report('texts that differed', `${broken.different}`)
report('bytes written to Claude’s connection after its close', `${broken.afterClose}`)
process.exit(broken.beyond + broken.different + broken.afterClose === 0 ? 0 : 1)
