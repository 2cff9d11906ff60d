// One run of the world: its steps with a check after each, then everything is healed and has to come to rest, then
// everybody leaves and nothing may remain. And the shrinking of a run that fails.
import { isDeepStrictEqual } from 'node:util'
import type { RoomState } from '@roomcast/shared/protocol'
import type { Tally } from '../support/tally.ts'
import { checkAnswers, checkUpstream, difference } from './checks.ts'
import { someSteps, type Step, take } from './steps.ts'
import { Truth } from './truth.ts'
import type { Violation } from './violation.ts'
import { World } from './world.ts'

/** The longest time from the last fault to rest: a silent link, a stall and a whole queue of answers, ms. */
const REST_MS = 900_000
/** A heartbeat of an idle room, and the presence of links that ended silently, ms. */
const AFTERWARDS_MS = 40_000
/** The time until an unwatched room is closed, including a ghost before, ms. */
const EMPTY_MS = 120_000

export interface Run {
  readonly violation: Violation | null
  readonly tally: Tally
  /** Simulated time, ms. */
  readonly lasted: number
}

/** Plays steps in the world of a seed; stops at the first violation. */
export async function play(seed: number, steps: readonly Step[]): Promise<Run> {
  const world = await World.make(seed)
  const began = world.clock.now()
  for (const step of steps) {
    await take(world, step)
    await world.clock.advance(0)
    if (world.violation) break
  }
  if (!world.violation) await comeToRest(world)
  if (!world.violation) await checkRest(world)
  if (!world.violation) await everybodyLeaves(world)
  world.truth.count(world.tally)
  await world.close()
  return { violation: world.violation, tally: world.tally, lasted: world.clock.now() - began }
}

async function comeToRest(world: World): Promise<void> {
  if (world.seats.length === 0) world.sit('alice')
  for (const { link } of world.seats) link.heal()
  for (const { seat } of world.expelled) seat.link.heal()
  const { truth, seats } = world
  const unrest = () => {
    if (world.violation) return null
    if (world.restarting) return 'it restarts'
    if (truth.running !== null || world.generations > 0) return `${truth.running} runs`
    for (const { name, client } of seats) {
      const { status, pending, state } = client.view
      if (status.kind !== 'live') return `${name} is ${status.kind}`
      if (pending.length > 0) return `${name} waits for an answer to ${pending[0]?.type}`
      if (state?.offset !== truth.entries.length) return `${name} is at ${state?.offset}`
    }
    for (const { seat } of world.expelled) {
      const { status } = seat.client.view
      const isOut = status.kind === 'refused' && status.error.code === 'removed'
      if (!isOut) return `${seat.name}, who was removed, is ${status.kind}`
    }
    return null
  }
  if (!(await world.clock.advanceUntil(() => unrest() === null, REST_MS, 250)))
    world.report('quiet', `no rest: ${unrest()}`)
  await world.clock.advance(AFTERWARDS_MS)
  if (unrest() !== null) world.report('quiet', `no lasting rest: ${unrest()}`)
}

async function checkRest(world: World): Promise<void> {
  const { truth, report, seats } = world
  const state = Truth.fold(await world.read())
  for (const { name, client } of seats) {
    if (!isDeepStrictEqual(client.view.state, state))
      report('R1', `${name} ends with another room: ${difference(client.view.state, state)}`)
    const here = client.view.presence.map(({ memberId }) => memberId).toSorted()
    const sitting = [...new Set(seats.map((seat) => seat.name as string))].toSorted()
    if (!isDeepStrictEqual(here, sitting))
      report('R1', `${name} sees ${String(here)}, not ${String(sitting)}`)
  }
  const withoutMarks = (room: RoomState) => ({
    ...room,
    messages: room.messages.map((message) => ({ ...message, marks: [] })),
  })
  if (!isDeepStrictEqual(withoutMarks(truth.foldHeard()), withoutMarks(state)))
    report('R1', 'what was heard is not what is read')
  const written = world.claude.asked.map(({ sent, stopped }) => ({
    text: sent.toWellFormed(),
    stopped,
  }))
  for (const { seat, most } of world.expelled)
    if ((seat.client.view.state?.offset ?? 0) > most)
      report('R6', `${seat.name} sees what came after they had been removed`)
  checkUpstream(truth.replies, written, world)
  checkAnswers(world.sent, world)
}

async function everybodyLeaves(world: World): Promise<void> {
  for (const seat of [...world.seats]) world.leave(seat)
  for (const { seat } of world.expelled) seat.client.close()
  await world.clock.advance(EMPTY_MS)
  world.gateway.close()
  await world.clock.advance(0)
  const left = {
    links: world.gateway.size,
    rooms: world.rooms.size,
    followers: world.log.followers,
    present: world.presence.present(world.roomId).length,
    requests: world.claude.running,
    generations: world.generations,
    timers: world.clock.pending,
  }
  for (const [what, count] of Object.entries(left))
    if (count > 0) world.report('quiet', `${count} ${what} left when everybody had gone`)
}

/** Leaves out steps, first many and then single ones, as long as the same rule is still broken. */
export async function shrink(
  seed: number,
  steps: readonly Step[],
  rule: Violation['rule'],
  most = 300,
): Promise<{ readonly steps: readonly Step[]; readonly violation: Violation }> {
  let tries = 0
  const broken = async (some: readonly Step[]) => {
    tries++
    const { violation } = await play(seed, some)
    return violation?.rule === rule ? violation : null
  }
  let left = steps
  let violation = await broken(left)
  if (!violation) throw new Error(`seed ${seed} breaks ${rule} only now and then`)
  for (
    let size = Math.ceil(left.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let from = 0; from < left.length && tries < most;) {
      const fewer = [...left.slice(0, from), ...left.slice(from + size)]
      const still = await broken(fewer)
      if (still) [left, violation] = [fewer, still]
      else from += size
    }
  return { steps: left, violation }
}

/** A failure in a form for people. */
export async function explain(
  seed: number,
  count: number,
  rule: Violation['rule'],
): Promise<string> {
  const { steps, violation } = await shrink(seed, someSteps(seed, count), rule)
  const trace = steps.map(({ do: what, a, b }) => `  ${what} ${a} ${b}`).join('\n')
  return [
    `[${rule}] is broken with seed ${seed}: ${violation.message}`,
    `${steps.length} of ${count} steps are enough:`,
    trace,
    `Rerun: FUZZ_SEED=${seed} pnpm vitest run test/convergence`,
  ].join('\n')
}
