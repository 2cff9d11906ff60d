// Stops at random moments, before and after the first text: is anything ever shown beyond the acknowledged end, and how
// long does the request to Claude outlive the stop?
import type { RoomView } from '@roomcast/client/room/room-client.ts'
import { Chance } from '../doubles/chance.ts'
import { machineClock, type Seat } from '../support/person.ts'
import { until } from '../support/until.ts'
import type { BenchWorld } from './world.ts'
import { aRoomOf } from './world.ts'

export interface Stops {
  readonly stops: number
  /** Among the stops: those before the first text, and those too late because the answer had ended. */
  readonly beforeText: number
  readonly tooLate: number
  /** Screens (of all watchers, at all times) that showed a byte beyond the acknowledged end. */
  readonly shownBeyond: number
  /** Watchers whose final text differed from the first one's. */
  readonly different: number
  /** Bytes that the simulator wrote after its client had gone. */
  readonly bytesAfterClose: number
  /** From sending the command to its acknowledgement, ms. */
  readonly acknowledged: readonly number[]
  /** From sending the command to the simulator noticing the closed socket, ms; never below 0. */
  readonly upstreamClosed: readonly number[]
  /** From sending the command to the last watcher showing the end, ms. */
  readonly shownToAll: readonly number[]
}

/** Out of the 20,000 bytes of an answer. */
const MOST_READ_BYTES = 2000

/** The longest text of each generation ever shown by a seat, in bytes. */
function longest(seat: Seat): Map<string, number> {
  const seen = new Map<string, number>()
  const look = ({ state }: RoomView) => {
    for (const message of state?.messages.slice(-3) ?? [])
      if (message.kind === 'reply')
        seen.set(
          message.generationId,
          Math.max(
            seen.get(message.generationId) ?? 0,
            message.end,
            Buffer.byteLength(message.text),
          ),
        )
  }
  seat.client.subscribe(look)
  return seen
}

/** Runs `count` stops, spread over `rooms` rooms of three people each. */
export async function measureStops(
  world: BenchWorld,
  count: number,
  rooms: number,
  seed: number,
): Promise<Stops> {
  const parts = await Promise.all(
    Array.from({ length: rooms }, (_, index) =>
      stopsInOneRoom(world, Math.ceil(count / rooms), new Chance(seed * 1000 + index)),
    ),
  )
  const sum = (pick: (part: Stops) => number) => parts.reduce((all, part) => all + pick(part), 0)
  return {
    stops: sum((part) => part.stops),
    beforeText: sum((part) => part.beforeText),
    tooLate: sum((part) => part.tooLate),
    shownBeyond: sum((part) => part.shownBeyond),
    different: sum((part) => part.different),
    bytesAfterClose: world.simulator.stats.bytesAfterClose,
    acknowledged: parts.flatMap((part) => part.acknowledged),
    upstreamClosed: parts.flatMap((part) => part.upstreamClosed),
    shownToAll: parts.flatMap((part) => part.shownToAll),
  }
}

async function stopsInOneRoom(world: BenchWorld, count: number, chance: Chance): Promise<Stops> {
  const { roomId, people } = await aRoomOf(world, ['Ana', 'Bo', 'Cy'])
  const seats = people.map((person) => person.sit(roomId))
  await Promise.all(seats.map((seat) => seat.live()))
  const seen = seats.map(longest)
  const [ana, bo] = seats
  if (!ana || !bo) throw new Error('two are needed')
  const acknowledged: number[] = []
  const upstreamClosed: number[] = []
  const shownToAll: number[] = []
  const ends = new Map<string, number>()
  let [beforeText, tooLate, different] = [0, 0, 0]
  for (let index = 0; index < count; index++) {
    const mark = `${roomId}-${index}`
    const asked = await ana.ask(`Tell me something long. ${mark} [simulate: length=20000]`)
    if (!asked.ok || asked.generationId === undefined) throw new Error(JSON.stringify(asked))
    const { generationId } = asked
    // From immediately (before any request) to well into the answer; mostly once Claude is writing, however long that
    // takes to begin.
    if (chance.below(8) > 2) await ana.reads(1 + chance.below(MOST_READ_BYTES), index + 1)
    const moment = chance.below(2) === 0 ? chance.below(15) : chance.below(200)
    if (moment > 0) await new Promise<void>((go) => void machineClock.after(moment, go))
    const sent = Date.now()
    const answer = await bo.send({ type: 'cancel', generationId })
    if (!answer.ok || answer.end === undefined) throw new Error(JSON.stringify(answer))
    acknowledged.push(Date.now() - sent)
    const { end, outcome } = answer
    if (outcome !== 'cancelled') tooLate++
    if (end === 0) beforeText++
    const replies = await Promise.all(seats.map((seat) => seat.ended(index + 1)))
    shownToAll.push(Date.now() - sent)
    if (replies.some((reply) => reply.text !== replies[0]?.text || reply.end !== end)) different++
    const request = world.simulator.requests.find(({ body }) =>
      JSON.stringify(body).includes(`${mark} `),
    )
    if (request && outcome === 'cancelled') {
      const closed = await until('the socket to close', () => request.closedByClientAt, often)
      upstreamClosed.push(closed - sent)
    }
    ends.set(generationId, end)
  }
  // Checked over the whole time, including later answers: anything still in flight has arrived by now.
  const shownBeyond = seen
    .flatMap((each) => [...each])
    .filter(([generationId, bytes]) => bytes > (ends.get(generationId) ?? -1)).length
  for (const seat of seats) seat.leave()
  return {
    stops: count,
    beforeText,
    tooLate,
    shownBeyond,
    different,
    bytesAfterClose: 0,
    acknowledged,
    upstreamClosed,
    shownToAll,
  }
}

function often(look: () => void): () => void {
  const timer = setInterval(look, 1)
  return () => clearInterval(timer)
}
