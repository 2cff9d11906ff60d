// The acts of people and the faults in the simulated world, step by step.
import { act, ACTS, drawSteps, isAct, type Step as AnyStep, stop } from './acts.ts'
import { NAMES, type World } from './world.ts'

const WEIGHTS = {
  wait: 26,
  ...ACTS,
  'stop at its completion': 3,
  admit: 3,
  'open another': 3,
  leave: 2,
  reload: 3,
  cut: 5,
  worsen: 6,
  heal: 2,
  silence: 1,
  stall: 4,
  drain: 2,
  'lose an answer': 4,
  restart: 1,
  'storage away': 1,
  intrude: 1,
  expel: 1,
} as const

export type Step = AnyStep<keyof typeof WEIGHTS>

const MOST_SEATS = 8
const HEARD_MS = 100

export function someSteps(seed: number, count: number): Step[] {
  return drawSteps(WEIGHTS, seed, count)
}

/** Takes one step. */
export async function take(world: World, { do: what, a, b }: Step): Promise<void> {
  const { seats } = world
  const seat = seats[a % Math.max(1, seats.length)]
  if (what === 'wait') return world.clock.advance(someWhile(b))
  if (what === 'admit') return admit(world)
  if (what === 'intrude') return intrude(world)
  if (what === 'expel') return expel(world, b)
  if (what === 'restart') return void world.restart(b % 2 === 0 ? 0 : b % 4000)
  if (what === 'storage away') return storageAway(world, b)
  if (what === 'open another') return openAnother(world, b)
  if (!seat) return openAnother(world, a)
  if (isAct(what)) return act(world, seat, what, b)
  switch (what) {
    case 'stop at its completion':
      return stopAtCompletion(world, b)
    case 'leave':
      return world.leave(seat)
    case 'reload':
      world.leave(seat)
      return void world.sit(seat.name)
    case 'cut':
      return seat.link.cut(b % 3 === 0 ? b * 2 : b % 700)
    case 'worsen':
      return seat.link.worsen()
    case 'heal':
      return seat.link.heal()
    case 'silence':
      return seat.link.fallSilent()
    case 'stall':
      return seat.link.stall()
    case 'drain':
      return seat.link.drain()
    case 'lose an answer':
      return seat.link.loseAnswer()
  }
}

/** Mostly a moment, sometimes long. */
function someWhile(b: number): number {
  if (b % 20 === 0) return b * 4
  return b % 4 === 0 ? b % 2500 : b % 250
}

/** Everybody stops at the very moment when Claude finishes. */
function stopAtCompletion(world: World, b: number): void {
  world.claude.onStopping = () => {
    world.claude.onStopping = null
    for (const seat of world.seats) if (b % 2 === 0 || seat === world.seats[0]) stop(world, seat, 1)
  }
}

function admit(world: World): void {
  const name = NAMES[world.invited]
  if (name === undefined) return
  world.invited++
  void world.rooms.admit(world.roomId, { memberId: name, name }).then(
    // A room whose log is distant learns of its new member a little after the invite is answered.
    () =>
      world.clock.after(HEARD_MS, () => {
        world.members.push(name)
        world.sit(name)
      }),
    // ignored because: storage is away; the invite can be accepted another time
    () => undefined,
  )
}

/** Mostly shorter than an owner buffers Claude's text, sometimes longer. */
function storageAway(world: World, b: number): void {
  if (world.restarting || world.log.isAway) return
  world.tally.count('storage away')
  world.log.goAway(b % 4 === 0 ? 2 * b : b % 3000)
}

function openAnother(world: World, b: number): void {
  const name = world.members[b % world.members.length]
  if (name !== undefined && world.seats.length < MOST_SEATS) world.sit(name)
}

/** Sometimes removes somebody, never the owner. */
function expel(world: World, b: number): void {
  const name = world.members[1 + (b % 7)]
  if (name !== undefined && world.members.length > 2) void world.expel(name)
}

/** Mallory knows the room's id: besides membership, a client needs nothing else. */
function intrude(world: World): void {
  const { roomId } = world
  const link = world.linkOf('mallory', 0)
  const generationId = world.truth.replies.get(world.truth.running ?? 0)?.generationId ?? 'none'
  const [text, ask, messageId, commandId] = ['let me in', true, 'none', 'mallory']
  const attempts = [
    { type: 'join', roomId, commandId },
    { type: 'post', roomId, commandId, text, ask },
    { type: 'cancel', roomId, commandId, generationId },
    { type: 'retry', roomId, commandId, generationId },
    { type: 'withdraw', roomId, commandId, messageId },
    { type: 'resume', roomId, commandId },
    { type: 'typing', roomId, commandId },
    { type: 'edit', roomId, commandId, messageId, text },
    { type: 'retract', roomId, commandId, messageId },
    { type: 'configure', roomId, commandId, title: text },
    { type: 'remove', roomId, commandId, memberId: 'mallory' },
    { type: 'look', roomId, commandId, look: 'live' },
  ] as const
  let answers = 0
  const refused = () => {
    world.tally.count('intruder refused')
    if (++answers === attempts.length) link.close()
  }
  link.open({
    onLink: ({ kind }) => {
      if (kind !== 'up') return
      for (const attempt of attempts)
        void link.send(attempt).then((result) => {
          const codes = ['room-not-found', 'storage-unavailable']
          if (result?.ok !== false || !codes.includes(result.error.code))
            world.report('R6', `mallory may ${attempt.type}: ${JSON.stringify(result)}`)
          refused()
        })
    },
    onUpdate: (update) => world.report('R6', `mallory is told ${JSON.stringify(update)}`),
  })
}
