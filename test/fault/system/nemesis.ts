// Injects one fault after another, and waits each time until everybody has recovered: they have a link, miss nothing,
// see new messages, and every answer running at that moment has ended or goes on.
import type { Chance } from '../../doubles/chance.ts'
import type { FaultKind } from './faults.ts'
import { pause } from '../../support/pause.ts'
import type { Member } from './client.ts'
import type { Room, World } from './world.ts'
import { DEADLINE_MS } from '../../support/deadline.ts'

const LOOK_MS = 20

/** One fault and its outcome. Times in ms since the round began. */
export interface Blow {
  readonly fault: FaultKind
  readonly began: number
  readonly lifted: number
  /** From the repair (or the strike) until everybody has recovered, ms; null if that never happened. */
  readonly recovered: number | null
  /** A client that did not recover, and why. */
  readonly ailing: string | null
}

/** Every kind once in random order; then all of them again in another order. */
export function schedule(chance: Chance, from: readonly FaultKind[], count: number): FaultKind[] {
  const kinds: FaultKind[] = []
  while (kinds.length < count) kinds.push(...chance.shuffled(from))
  return kinds.slice(0, count)
}

/** Injects one fault. Resolves when all have recovered, or will not. */
export async function strike(
  world: World,
  rooms: readonly Room[],
  fault: FaultKind,
  chance: Chance,
  now: () => number,
): Promise<Blow> {
  const began = now()
  const struck = await fault.strike(world, chance)
  const hit = rooms.map(standing)
  await pause(struck.lasts)
  const stuck = fault.settles
    ? rooms.map((room, index) => stuckIn(room, hit[index] ?? [])).find((why) => why !== null)
    : null
  await struck.lift?.()
  const lifted = now()
  const before = rooms.map(standing)
  const said = rooms.map((room, index) =>
    say(room, `after ${fault.name} ${Math.round(began)} ${index}`),
  )
  const ailing =
    stuck ??
    (await until(now() + DEADLINE_MS, now, () => {
      for (const [index, room] of rooms.entries()) {
        const why = ailment(room, before[index] ?? [], said[index] ?? '')
        if (why !== null) return why
      }
      return null
    }))
  const since = fault.countsFromBlow ? began : lifted
  const recovered = ailing === null ? now() - since : null
  return { fault, began, lifted, recovered, ailing }
}

/** How much each member sees of the running answer. */
type Standing = readonly { member: Member; number: number; end: number }[]

function standing({ members }: Room): Standing {
  return members.flatMap((member) => {
    const { running, replies } = member.screen
    if (running === null) return []
    return [{ member, number: running, end: replies.get(running)?.text.length ?? 0 }]
  })
}

/** Posts a message, with different words each time until it is accepted; returns the common beginning. */
function say({ members }: Room, text: string): string {
  const [speaker] = members
  void (async () => {
    for (let attempt = 1; ; attempt++) {
      const words = `${text}, attempt ${attempt}`
      const result = await speaker?.send({ type: 'post', text: words, ask: false })
      if (!result || result.ok || !result.error.retryable) return
      await pause(200)
    }
  })()
  return `${text}, `
}

/** A member who has not recovered; null if all have. */
function ailment({ members, roomId }: Room, before: Standing, said: string): string | null {
  const where = `in ${roomId.slice(0, 6)}`
  for (const { isLive, screen, history } of members) {
    if (!isLive) return `${history.name} ${where} has no link`
    if (![...screen.said.values()].some(({ text }) => text.startsWith(said)))
      return `${history.name} ${where} does not see what was said`
  }
  return stuckIn({ roomId }, before)
}

/** A member who sees an answer that neither continues nor ends. */
function stuckIn({ roomId }: Pick<Room, 'roomId'>, before: Standing): string | null {
  for (const { member, number, end } of before) {
    const reply = member.screen.replies.get(number)
    const moves = !member.isLive || !reply || reply.ended !== null || reply.text.length > end
    if (!moves)
      return `${member.history.name} in ${roomId.slice(0, 6)} sees no more of answer ${number}`
  }
  return null
}

/** Polls until there is no complaint; returns the last complaint if that takes too long. */
export async function until(
  deadline: number,
  now: () => number,
  look: () => string | null | Promise<string | null>,
): Promise<string | null> {
  for (; ; await pause(LOOK_MS)) {
    const why = await look()
    if (why === null || now() > deadline) return why
  }
}
