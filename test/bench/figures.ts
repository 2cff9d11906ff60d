// Measures one node on SQLite: `pnpm bench`; STOPS=1000 by default. Exits with 1 when a promise did not hold. Times
// depend on this machine, which runs server, Claude and clients; the counts must be 0 on any machine.
import { distribution, report } from './distribution.ts'
import { measureJoins } from './join.ts'
import { measurePaints } from './paint.ts'
import { measureStops } from './stops.ts'
import { benchWorld } from './world.ts'

const count = Number(process.env['STOPS'] ?? 1000)
const seed = Number(process.env['SEED'] ?? 1)
const world = await benchWorld('fast')
let broken: number
try {
  const stops = await measureStops(world, count, 10, seed)
  report('stops, at random moments (3 watchers each)', `${stops.stops}`)
  report('  before the first text / too late', `${stops.beforeText} / ${stops.tooLate}`)
  report('  screens that showed a byte beyond the acknowledged end', `${stops.shownBeyond}`)
  report('  answers whose end differed between watchers', `${stops.different}`)
  report('  bytes written upstream after the close', `${stops.bytesAfterClose}`)
  report('  stop → acknowledged', distribution(stops.acknowledged))
  report(
    '  stop → request to Claude closed (simulator’s clock)',
    distribution(stops.upstreamClosed),
  )
  report('  stop → end shown to all watchers', distribution(stops.shownToAll))
  const joins = await measureJoins(world, 50)
  report('join in the middle of 200 kB → synced', distribution(joins.synced))
  report(
    '  bytes at once, least and most',
    `${Math.min(...joins.bytes)} … ${Math.max(...joins.bytes)}`,
  )
  report('  joiners whose final text differed', `${joins.different}`)
  report(
    'first delta received → first paint (Chromium)',
    distribution(await measurePaints(world, 20)),
  )
  broken = stops.shownBeyond + stops.different + stops.bytesAfterClose + joins.different
} finally {
  await world.close()
}
process.exit(broken === 0 ? 0 : 1)
