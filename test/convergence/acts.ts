// Actions of people in a room, in the simulated world or on real nodes. An act picks its people and objects by numbers
// when it is executed, so that it still makes sense after other acts were left out.
import type { CommandResult, Reply, Said } from '@roomcast/shared/protocol'
import type { Intent, RoomClient } from '@roomcast/client/room/room-client.ts'
import { Chance } from '../doubles/chance.ts'

/** The weight of each act in a random draw. */
export const ACTS = {
  ask: 10,
  say: 5,
  stop: 6,
  'stop together': 3,
  'ask and stop': 3,
  retry: 3,
  continue: 3,
  withdraw: 2,
  resume: 5,
  typing: 1,
  edit: 3,
  retract: 2,
  configure: 1,
  look: 2,
} as const
export type Act = keyof typeof ACTS

/** One act, and two numbers that select its target and variant. */
export interface Step<Name extends string = string> {
  readonly do: Name
  readonly a: number
  readonly b: number
}

/** A page that a member has open. */
export interface Seat {
  readonly client: RoomClient
}

/** The room that people act in. */
export interface Scene<S extends Seat> {
  readonly seats: readonly S[]
  /** Sends a command, and records it with its answer for the judge. */
  send(seat: S, intent: Intent): Promise<CommandResult>
  /** A text that nobody has posted before. */
  words(act: 'ask' | 'say' | 'quick', b: number): string
}

/** Draws random steps according to their weights. */
export function drawSteps<Name extends string>(
  weights: Readonly<Record<Name, number>>,
  seed: number,
  count: number,
): Step<Name>[] {
  const chance = new Chance(seed)
  const names = Object.entries<number>(weights).flatMap(([name, weight]) =>
    Array.from({ length: weight }, () => name as Name),
  )
  return Array.from({ length: count }, () => ({
    do: chance.pick(names),
    a: chance.below(10_000),
    b: chance.below(10_000),
  }))
}

export function isAct(name: string): name is Act {
  return Object.hasOwn(ACTS, name)
}

/** Starts an act of a member; its effect shows later. */
export function act<S extends Seat>(scene: Scene<S>, seat: S, what: Act, b: number): void {
  switch (what) {
    case 'ask':
    case 'say': {
      const text = b % 40 === 0 ? ' \n ' : scene.words(what, b)
      const quote = b % 3 === 0 ? quoteOn(seat, b) : {}
      return void scene.send(seat, { type: 'post', text, ask: what === 'ask', ...quote })
    }
    case 'ask and stop':
      return askAndStop(scene, seat, scene.seats[b % scene.seats.length] ?? seat, b)
    case 'stop':
      return stop(scene, seat, b)
    case 'stop together':
      for (const one of scene.seats) stop(scene, one, b)
      return
    case 'retry':
    case 'continue':
      return again(scene, seat, what, b)
    case 'withdraw':
      return withdraw(scene, seat, b)
    case 'resume':
      return void scene.send(seat, { type: 'resume' })
    case 'typing':
      return seat.client.typing()
    case 'edit':
    case 'retract':
      return amend(scene, seat, what, b)
    case 'configure': {
      const change = { title: `Title ${b}`, instructions: `Be brief, ${b}.` }
      return void scene.send(seat, { type: 'configure', ...change })
    }
    case 'look': {
      const look = (['live', 'above', 'away'] as const)[b % 3] ?? 'live'
      return void scene.send(seat, { type: 'look', look })
    }
  }
}

/** Stops the newest reply on a screen, or sometimes an older or nonexistent one. */
export function stop<S extends Seat>(scene: Scene<S>, seat: S, b: number): void {
  const reply = replyOn(seat, b % 5 === 0 ? b : 0)
  const generationId = b % 50 === 0 ? 'never-was' : reply?.generationId
  if (generationId === undefined) return
  const reason = b % 3 === 0 ? { reason: `because ${b}` } : {}
  void scene.send(seat, { type: 'cancel', generationId, ...reason })
}

function askAndStop<S extends Seat>(scene: Scene<S>, asker: S, other: S, b: number): void {
  const asked = scene.send(asker, { type: 'post', text: scene.words('quick', b), ask: true })
  void asked.then((result) => {
    if (!result.ok || result.generationId === undefined) return
    const { generationId } = result
    void scene.send(b % 2 === 0 ? asker : other, { type: 'cancel', generationId })
  })
}

function again<S extends Seat>(
  scene: Scene<S>,
  seat: S,
  type: 'retry' | 'continue',
  b: number,
): void {
  const generationId = replyOn(seat, b % 2 === 0 ? 0 : b)?.generationId
  if (generationId !== undefined) void scene.send(seat, { type, generationId })
}

function withdraw<S extends Seat>(scene: Scene<S>, seat: S, b: number): void {
  const queue = seat.client.view.state?.queue ?? []
  const messageId = queue[b % Math.max(1, queue.length)]
  if (messageId !== undefined) void scene.send(seat, { type: 'withdraw', messageId })
}

/** A message on a screen, usually a new one; most belong to other members, so the amendment is refused. */
function amend<S extends Seat>(
  scene: Scene<S>,
  seat: S,
  type: 'edit' | 'retract',
  b: number,
): void {
  const messageId = saidOn(seat, b % 3 === 0 ? b : b % 3)?.messageId
  if (messageId === undefined) return
  const text = b % 20 === 0 ? ' ' : scene.words('say', b)
  void scene.send(seat, type === 'edit' ? { type, messageId, text } : { type, messageId })
}

/** A quote of a message or reply on the screen, or sometimes of a nonexistent one. */
function quoteOn(seat: Seat, b: number): { quote?: { of: string; text: string } } {
  const of = b % 2 === 0 ? saidOn(seat, b)?.messageId : replyOn(seat, b)?.generationId
  return of === undefined ? {} : { quote: { of: b % 30 === 0 ? 'nothing' : of, text: `so ${b}` } }
}

function saidOn({ client }: Seat, back: number): Said | undefined {
  const said = (client.view.state?.messages ?? []).filter((one) => one.kind === 'said')
  return said.at(-1 - (back % Math.max(1, said.length)))
}

/** The newest reply on a screen, or the one `back` replies before it. */
function replyOn({ client }: Seat, back: number): Reply | undefined {
  const replies = (client.view.state?.messages ?? []).filter((one) => one.kind === 'reply')
  return replies.at(-1 - (back % Math.max(1, replies.length)))
}
