// The effect of a stalled reader on the others in a room: the delay of each piece of an answer to each of them, with
// and without the stalled reader, in turn. `node test/bench/stalled.ts`; ROUNDS=5 and READERS=499 by default. Exits
// with 1 when a text differed. Server, Claude and all readers share this machine: look at the ratio.
import { type ServerProcess } from '../support/server-process.ts'
import { figure } from '../fault/figures.ts'
import { WireClient } from '../fault/wire-client.ts'
import type { Person } from '../support/person.ts'
import { distribution, median, report } from './distribution.ts'
import { PIECE, startMetronome } from './metronome.ts'
import { aRoomOf, benchWorld } from './world.ts'

const rounds = Number(process.env['ROUNDS'] ?? 5)
const readers = Number(process.env['READERS'] ?? 499)
const PIECES = 80
const GAP_MS = 25
/** A message of the history, which is sent to the stalled reader again and again until the kernels buffer no more. */
const MESSAGE = 'x'.repeat(60_000)
const REFUSED_IN_A_ROW = 20

/** Connects a reader that reads nothing, and fills the kernel buffers for it. */
async function stall(
  { url }: ServerProcess,
  { token }: Person,
  roomId: string,
): Promise<WireClient> {
  const client = await WireClient.connect({ url, token })
  await client.join(roomId)
  client.pause()
  const refusals = () => figure(url, 'roomcast_refusals_total')
  for (let inARow = 0; inARow < REFUSED_IN_A_ROW;) {
    const refused = await refusals()
    void client.join(roomId, null)
    inARow = (await refusals()) > refused ? inARow + 1 : 0
  }
  return client
}

/** Waits for the end of an answer, and records when each piece arrived. */
async function arrivals(client: WireClient, number: number): Promise<number[]> {
  const moments: number[] = []
  await client.until(`the end of answer ${number}`, ({ state }) => {
    const reply = state.messages.at(-1)
    if (reply?.kind !== 'reply' || reply.number !== number) return false
    const now = performance.now()
    while ((moments.length + 1) * PIECE <= reply.end) moments.push(now)
    return reply.ended !== null && reply.ended !== undefined
  })
  return moments
}

const metronome = await startMetronome(PIECES, GAP_MS)
const world = await benchWorld('fast', metronome.url)
const lags = { without: [] as number[], with: [] as number[] }
let [different, kept] = [0, 0]
const clients: WireClient[] = []
try {
  const names = Array.from({ length: 10 }, (_, index) => `Reader ${index}`)
  const { roomId, people } = await aRoomOf(world, names)
  const [owner] = people as [Person, ...Person[]]
  for (let index = 0; index < readers; index++) {
    const { url, token } = people[index % people.length] ?? owner
    clients.push(await WireClient.connect({ url, token }))
  }
  await Promise.all(clients.map((client) => client.join(roomId)))
  const [driver] = clients as [WireClient, ...WireClient[]]
  for (let count = 0; count < 3; count++)
    await driver.command('post', { roomId, text: MESSAGE, ask: false })
  let number = 0
  const answer = async (into: number[]): Promise<void> => {
    number += 1
    const all = clients.map((client) => arrivals(client, number))
    await driver.command('post', { roomId, text: 'Go on', ask: true })
    for (const moments of await Promise.all(all))
      for (const [index, moment] of moments.entries())
        into.push(moment - (metronome.written[index] ?? Number.NaN))
    different += clients.filter(({ gaps }) => gaps > 0).length
  }
  await answer([])
  for (let round = 0; round < rounds; round++) {
    await answer(lags.without)
    const stalled = await stall(world.server, owner, roomId)
    await answer(lags.with)
    if (stalled.isOpen) kept += 1
    stalled.close()
  }
} finally {
  for (const client of clients) client.close()
  await world.close()
  await metronome.close()
}
report(
  `a piece of text: written → at each of ${readers} readers, alone`,
  distribution(lags.without),
)
const ratio = (median(lags.with) / median(lags.without)).toFixed(2)
report('  with one more who takes nothing in', `${distribution(lags.with)}, x${ratio}`)
report('  rounds in which that one was still connected at the end', `${kept} of ${rounds}`)
report('  readers with a gap', `${different}`)
process.exit(different === 0 ? 0 : 1)
