// How long text takes from Claude to a screen: from the moment a piece is written until a client receives it.
import type { Seat } from '../support/person.ts'
import { until } from '../support/until.ts'
import { type Metronome, PIECE } from './metronome.ts'
import { aRoomOf, type BenchWorld } from './world.ts'

export interface Lag {
  /** From the question being sent to the first text on the asker's screen, ms; Claude itself begins at once. */
  readonly first: readonly number[]
  /** The same for another member, on another node if there are several. */
  readonly firstElsewhere: readonly number[]
  /**
   * From each later piece being written to its arrival on the other member's screen, ms. Pieces are merged for 40 ms.
   */
  readonly piece: readonly number[]
}

/** Records when each piece of the newest reply first arrived, by its index. */
function arrivalsAt(seat: Seat): { readonly moments: number[]; restart(number: number): void } {
  const moments: number[] = []
  let wanted = 0
  seat.client.subscribe(({ state }) => {
    const now = performance.now()
    const reply = state?.messages.findLast((message) => message.kind === 'reply')
    if (reply?.kind !== 'reply' || reply.number !== wanted) return
    while ((moments.length + 1) * PIECE <= reply.end) moments.push(now)
  })
  return {
    moments,
    restart: (number) => {
      moments.length = 0
      wanted = number
    },
  }
}

export async function measureLag(
  world: BenchWorld,
  metronome: Metronome,
  answers: number,
): Promise<Lag> {
  const { roomId, people } = await aRoomOf(world, ['Ana', 'Bo'])
  const seats = people.map((person) => person.sit(roomId))
  await Promise.all(seats.map((seat) => seat.live()))
  const [ana, bo] = seats
  if (!ana || !bo) throw new Error('two are needed')
  const [own, other] = [arrivalsAt(ana), arrivalsAt(bo)]
  const lag = { first: [] as number[], firstElsewhere: [] as number[], piece: [] as number[] }
  for (let number = 1; number <= answers; number++) {
    own.restart(number)
    other.restart(number)
    const began = performance.now()
    const asked = await ana.ask(`Question ${number}?`)
    if (!asked.ok) throw new Error(JSON.stringify(asked))
    await Promise.all(seats.map((seat) => seat.ended(number)))
    await until('all pieces', () => other.moments.length >= metronome.written.length, onSeat(bo))
    lag.first.push((own.moments[0] ?? Number.NaN) - began)
    lag.firstElsewhere.push((other.moments[0] ?? Number.NaN) - began)
    for (const [index, moment] of other.moments.entries())
      if (index > 0) lag.piece.push(moment - (metronome.written[index] ?? Number.NaN))
  }
  for (const seat of seats) seat.leave()
  return lag
}

function onSeat(seat: Seat): (listener: () => void) => () => void {
  return (listener) => seat.client.subscribe(listener)
}
