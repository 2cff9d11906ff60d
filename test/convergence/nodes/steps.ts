// The events in a room on real nodes, step by step: members act, come and go, and their connections fail.
import { act, ACTS, drawSteps, isAct, type Step as AnyStep } from '../acts.ts'
import type { NodeSeat, NodesRoom } from './room.ts'
import { pause } from '../../support/pause.ts'

const WEIGHTS = {
  wait: 44,
  ...ACTS,
  // Answers must live long enough to be cut; and most withdrawals are refused, because the question is another
  // member's.
  stop: 4,
  'stop together': 2,
  withdraw: 12,
  admit: 2,
  'open another': 3,
  leave: 2,
  reload: 3,
  cut: 7,
  mend: 10,
  move: 8,
  'lose an answer': 4,
} as const

export type Step = AnyStep<keyof typeof WEIGHTS>

const MOST_SEATS = 7
/** The longest time that a fault waits for an answer to hit, ms. */
const AIM_MS = 600

export function someSteps(seed: number, count: number): Step[] {
  return drawSteps(WEIGHTS, seed, count)
}

/** Takes one step, and lets a moment pass. */
export async function take(room: NodesRoom, { do: what, a, b }: Step): Promise<void> {
  const { seats } = room
  if (what === 'wait') return pause(b % 10 === 0 ? b % 1000 : b % 120)
  if (what === 'admit') return room.admit(b)
  const seat = seats[a % Math.max(1, seats.length)]
  if (!seat || what === 'open another') return openAnother(room, a, b)
  if (isAct(what)) act(room, seat, what, b)
  else await happen(room, seat, what, b)
  await pause(b % 12)
}

async function happen(
  room: NodesRoom,
  seat: NodeSeat,
  what: Exclude<Step['do'], keyof typeof ACTS | 'wait' | 'admit' | 'open another'>,
  b: number,
): Promise<void> {
  if ((what === 'cut' || what === 'move') && b % 3 > 0) await room.answering(seat, AIM_MS)
  switch (what) {
    case 'leave':
      return room.leave(seat)
    case 'reload':
      room.leave(seat)
      return void (await room.sit(seat.person, b, b % 3 > 0))
    case 'cut':
      return room.cut(seat)
    case 'mend':
      return room.mend(room.seats.find((one) => one.isCut) ?? seat)
    case 'move':
      return room.move(seat, b)
    case 'lose an answer':
      return loseAnswer(room, seat, b)
  }
}

async function openAnother(room: NodesRoom, a: number, b: number): Promise<void> {
  const person = room.members[a % room.members.length]
  if (person && room.seats.length < MOST_SEATS) await room.sit(person, b, b % 3 > 0)
}

/** Posts a message, loses its answer, and sends it again: every second time to another node. */
function loseAnswer(room: NodesRoom, seat: NodeSeat, b: number): void {
  if (!seat.wire || seat.isCut) return
  act(room, seat, 'say', b)
  seat.wire.loseNextAnswer()
  if (b % 2 === 0) seat.wire.leadTo(room.portOf(b))
}
