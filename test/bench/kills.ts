// Kills the node that runs an answer, again and again: how long until every other screen shows `interrupted`, and is
// the text the same on all? `pnpm bench:kills`; KILLS=50 by default. Three nodes on Redis, each with a person; the
// killed one is restarted. Exits with 1 when texts differed or anybody waited over 10 s.
import { byteLength } from '@roomcast/shared/room'
import { Chance } from '../doubles/chance.ts'
import { Deployment } from '../support/deployment.ts'
import type { Seat } from '../support/person.ts'
import { distribution, report } from './distribution.ts'

const MOST_MS = 10_000
const count = Number(process.env['KILLS'] ?? 50)
const chance = new Chance(Number(process.env['SEED'] ?? 1))
const deployment = await Deployment.open(3, { environment: { LOG_LEVEL: 'warn' } })
const told: number[] = []
let [different, late] = [0, 0]
try {
  const { roomId, people } = await deployment.room('Ana', 'Bo', 'Cy')
  const seats = await deployment.sit(people, roomId)
  for (let index = 0; index < count; index++) {
    const victim = index % 3
    const asker = seats[victim] as Seat
    const others = seats.filter((_, place) => place !== victim)
    await asker.ask(`Tell me all, ${index}. [simulate: length=60000 gap=40 chunk=60]`)
    const { number } = asker.reply
    const bytes = 1 + chance.below(3000)
    await others[0]?.until('some text', ({ state }) =>
      state?.messages.some(
        (one) => one.kind === 'reply' && one.number === number && one.end >= bytes,
      ),
    )
    const began = performance.now()
    await deployment.node(victim).kill()
    const ends = await Promise.all(
      others.map(async (seat) => {
        const reply = await seat.ended(number)
        told.push(performance.now() - began)
        return reply
      }),
    )
    if (told.slice(-others.length).some((ms) => ms > MOST_MS)) late++
    await deployment.restart(victim)
    await asker.live()
    ends.push(await asker.ended(number))
    const [first] = ends
    const same = ends.every(
      (reply) =>
        reply.text === first?.text &&
        reply.ended?.outcome === 'interrupted' &&
        byteLength(reply.text) === reply.end,
    )
    if (!same) different++
  }
} finally {
  await deployment.close()
}
report(`kills of the owner in mid-answer`, `${count}`)
report('killed → interrupted on every other screen', distribution(told))
report('answers whose text or end differed between screens', `${different}`)
report(`kills after which somebody waited over ${MOST_MS / 1000} s`, `${late}`)
process.exit(different + late === 0 ? 0 : 1)
