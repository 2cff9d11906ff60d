// What people and faults do to a room, step by step. A step carries numbers and finds its people and things by them
// when it is taken, so that it means something also after others were left out.
import type { Intent } from '@roomcast/client/room/room-client.ts'
import type { Reply, RoomState } from '@roomcast/shared/protocol'
import { Chance } from '../contract/random.ts'
import { someText } from './answers.ts'
import { judge } from './judge.ts'
import { NAMES, type Seat, type World } from './world.ts'

const WEIGHTS = {
  wait: 26,
  ask: 10,
  say: 5,
  stop: 6,
  'stop together': 3,
  'stop at its completion': 3,
  'ask and stop': 3,
  retry: 3,
  continue: 3,
  withdraw: 2,
  resume: 5,
  typing: 1,
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
} as const

export interface Step {
  readonly do: keyof typeof WEIGHTS
  readonly a: number
  readonly b: number
}

const MOST_SEATS = 8
const HEARD_MS = 100

export function someSteps(seed: number, count: number): Step[] {
  const chance = new Chance(seed)
  const names = Object.entries(WEIGHTS).flatMap(([name, weight]) =>
    Array.from({ length: weight }, () => name as Step['do']),
  )
  return Array.from({ length: count }, () => ({
    do: chance.pick(names),
    a: chance.below(10_000),
    b: chance.below(10_000),
  }))
}

/** Takes one step. */
export async function take(world: World, { do: what, a, b }: Step): Promise<void> {
  const { seats } = world
  const seat = seats[a % Math.max(1, seats.length)]
  if (what === 'wait') return world.clock.advance(someWhile(b))
  if (what === 'admit') return admit(world)
  if (what === 'intrude') return intrude(world)
  if (what === 'restart') return void world.restart(b % 2 === 0 ? 0 : b % 4000)
  if (what === 'storage away') return storageAway(world, b)
  if (what === 'open another') return openAnother(world, b)
  if (!seat) return openAnother(world, a)
  switch (what) {
    case 'ask':
    case 'say':
      return void post(world, seat, what === 'ask', b)
    case 'ask and stop':
      return askAndStop(world, seat, seats[b % seats.length] ?? seat, b)
    case 'stop':
      return stop(world, seat, b)
    case 'stop together':
      for (const one of seats) stop(world, one, b)
      return
    case 'stop at its completion':
      return stopAtCompletion(world, b)
    case 'retry':
    case 'continue':
      return again(world, seat, what, b)
    case 'withdraw':
      return withdraw(world, seat, b)
    case 'resume':
      return void send(world, seat, { type: 'resume' })
    case 'typing':
      return seat.client.typing()
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

/** Mostly moments, sometimes long. */
function someWhile(b: number): number {
  if (b % 20 === 0) return b * 4
  return b % 4 === 0 ? b % 2500 : b % 250
}

function send(world: World, seat: Seat, intent: Intent): Promise<void> {
  return world.send(seat, intent).then((result) => judge(world, seat, intent, result))
}

function post(world: World, seat: Seat, ask: boolean, b: number): Promise<void> {
  const chance = new Chance(b)
  const empty = b % 40 === 0
  const text = empty ? ' \n ' : `post ${world.newId()} ${someText(chance, b % 5)}`
  return send(world, seat, { type: 'post', text, ask })
}

function askAndStop(world: World, asker: Seat, other: Seat, b: number): void {
  const intent: Intent = { type: 'post', text: `quick ${world.newId()}`, ask: true }
  void world.send(asker, intent).then((result) => {
    judge(world, asker, intent, result)
    if (!result.ok || result.generationId === undefined) return
    const cancel: Intent = { type: 'cancel', generationId: result.generationId }
    void send(world, b % 2 === 0 ? asker : other, cancel)
  })
}

function stop(world: World, seat: Seat, b: number): void {
  const reply = replyOn(seat, b % 5 === 0 ? b : 0)
  const generationId = b % 50 === 0 ? 'never-was' : reply?.generationId
  if (generationId === undefined) return
  const reason = b % 3 === 0 ? { reason: `because ${b}` } : {}
  void send(world, seat, { type: 'cancel', generationId, ...reason })
}

/** Everybody stops in the moment in which Claude says that it is done. */
function stopAtCompletion(world: World, b: number): void {
  world.claude.onStopping = () => {
    world.claude.onStopping = null
    for (const seat of world.seats) if (b % 2 === 0 || seat === world.seats[0]) stop(world, seat, 1)
  }
}

function again(world: World, seat: Seat, type: 'retry' | 'continue', b: number): void {
  const generationId = replyOn(seat, b % 2 === 0 ? 0 : b)?.generationId
  if (generationId !== undefined) void send(world, seat, { type, generationId })
}

function withdraw(world: World, seat: Seat, b: number): void {
  const queue = seat.client.view.state?.queue ?? []
  const messageId = queue[b % Math.max(1, queue.length)]
  if (messageId !== undefined) void send(world, seat, { type: 'withdraw', messageId })
}

/** The newest reply on a screen, or one so many before it. */
function replyOn({ client }: Seat, back: number): Reply | undefined {
  const { messages } = client.view.state ?? ({ messages: [] } as Pick<RoomState, 'messages'>)
  const replies = messages.filter((message) => message.kind === 'reply')
  return replies.at(-1 - (back % Math.max(1, replies.length)))
}

function admit(world: World): void {
  const name = NAMES[world.invited]
  if (name === undefined) return
  world.invited++
  void world.rooms.admit(world.roomId, { memberId: name, name }).then(
    // A room whose log is far away hears of its new member a little later than the invite is answered.
    () =>
      world.clock.after(HEARD_MS, () => {
        world.members.push(name)
        world.sit(name)
      }),
    // ignored because: storage is away; the invite can be accepted another time
    () => undefined,
  )
}

/** Mostly shorter than an owner keeps what Claude says, sometimes longer. */
function storageAway(world: World, b: number): void {
  if (world.restarting || world.log.isAway) return
  world.tally.count('storage away')
  world.log.goAway(b % 4 === 0 ? 2 * b : b % 3000)
}

function openAnother(world: World, b: number): void {
  const name = world.members[b % world.members.length]
  if (name !== undefined && world.seats.length < MOST_SEATS) world.sit(name)
}

/** Mallory knows the room's id, which is all that a member's client needs besides the membership. */
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
