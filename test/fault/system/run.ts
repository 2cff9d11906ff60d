// One round: members act in several rooms while the nemesis injects faults; then the faults end, newcomers join on
// every node, and the checker decides.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Chance } from '../../doubles/chance.ts'
import { readStored, restlessness } from '../../convergence/nodes/stored.ts'
import type { Tally } from '../../support/tally.ts'
import { check, type Evidence, type Lossy, type Violation } from './checker.ts'
import type { FaultKind } from './faults.ts'
import { type Blow, strike, until } from './nemesis.ts'
import { pause } from '../../support/pause.ts'
import { live } from './people.ts'
import { type BrokenOff, findBrokenOff } from './upstream.ts'
import { NODES, Room, type World } from './world.ts'
import { DEADLINE_MS } from '../../support/deadline.ts'

/** Enough for a whole queue of answers and the lease of a dead node; after a violation, a shorter time will do. */
const [REST_MS, SHORT_REST_MS] = [DEADLINE_MS, 5000]
/**
 * How long before a loss of writes an acknowledgement may have been given, ms: the replication lag, and the fault
 * itself.
 */
const BEFORE_LOSS_MS = 2000

export interface RoundOptions {
  readonly seed: number
  readonly rooms: number
  /** Bare programs in each room. */
  readonly clients: number
  readonly faults: readonly FaultKind[]
  /** Ends the round early if there is no time for more. */
  readonly isOver?: () => boolean
  /** The folder for the histories if a promise was broken. */
  readonly keepIn?: string
}

export interface Played {
  readonly blows: readonly Blow[]
  readonly brokenOff: readonly BrokenOff[]
  readonly violations: readonly Violation[]
}

/** Plays a round on an intact world, and leaves it intact. Counts the events. */
export async function play(world: World, options: RoundOptions, tally: Tally): Promise<Played> {
  const chance = new Chance(options.seed)
  const began = performance.now()
  const now = () => performance.now() - began
  const { clients } = options
  const rooms = await Promise.all(
    Array.from({ length: options.rooms }, (_, index) => {
      const own = new Chance(chance.below(1_000_000_000))
      return Room.make(world, tally, own, { clients, isPatient: index === 0, now })
    }),
  )
  const violations: Violation[] = []
  const blows: Blow[] = []
  let isOver = false
  const lives = rooms.map((room) => live(room, () => isOver))
  try {
    for (const fault of options.faults) {
      if (options.isOver?.()) break
      await pause(300 + chance.below(700))
      const blow = await strike(world, rooms, fault, chance, now)
      blows.push(blow)
      tally.count(`blow: ${fault.name}`)
      if (blow.ailing === null) continue
      violations.push({ rule: 'I9', message: `after "${fault.name}" ${blow.ailing}` })
      break
    }
  } finally {
    isOver = true
    await Promise.all(lives)
  }
  const beganAt = Date.now() - now()
  const brokenOff: BrokenOff[] = []
  for (const room of rooms) {
    const isBroken = violations.some(({ rule }) => rule === 'I9')
    const patienceMs = isBroken ? SHORT_REST_MS : REST_MS
    const judged = await judge(world, room, blows, tally, { ...options, patienceMs })
    violations.push(...judged.violations)
    brokenOff.push(...findBrokenOff(judged.evidence, world.simulator.requests, beganAt))
  }
  if (violations.length === 0) violations.push(...(await remains(world, rooms)))
  return { blows, brokenOff, violations }
}

async function judge(
  world: World,
  room: Room,
  blows: readonly Blow[],
  tally: Tally,
  { keepIn, seed, patienceMs }: RoundOptions & { readonly patienceMs: number },
): Promise<{ violations: Violation[]; evidence: Evidence }> {
  const { roomId, members } = room
  const began = performance.now()
  const clock = () => performance.now() - began
  const rest = () => until(clock() + patienceMs, clock, () => unrest(world, room))
  const before = await rest()
  for (let index = 0; index < NODES; index++) room.open(index, `newcomer ${index}`)
  const ailing = before ?? (await rest())
  const { checkpoint, entries, runs } = await world.ask((redis) => readStored(redis, roomId))
  const lossy = blows
    .filter(({ fault }) => fault.losesWrites)
    .map(({ began: from, lifted: to }): Lossy => ({ from: from - BEFORE_LOSS_MS, to }))
  const histories = members.map(({ history }) => history)
  const written = world.simulator.requests.map(({ text, stopped }) => ({
    text: text.toWellFormed(),
    stopped,
  }))
  const evidence: Evidence = {
    roomId,
    histories,
    epoch: checkpoint.epoch,
    entries,
    runs,
    written,
    lossy,
  }
  const violations = check(evidence, tally)
  if (ailing !== null) violations.unshift({ rule: 'I9', message: `no rest: ${ailing}` })
  if (violations.length > 0 && keepIn !== undefined) {
    const folder = join(keepIn, `seed-${seed}`, roomId)
    await mkdir(folder, { recursive: true })
    for (const { name, lines } of histories)
      await writeFile(
        join(folder, `${name}.jsonl`),
        lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      )
    await writeFile(join(folder, 'stored.json'), JSON.stringify({ entries, runs }, null, 1))
    await writeFile(join(folder, 'blows.json'), JSON.stringify(blows, null, 1))
    // Every question names its room.
    const asked = world.simulator.requests.filter(({ body }) =>
      JSON.stringify(body).includes(roomId.slice(0, 6)),
    )
    const upstream = asked.map((request) => ({ ...request, body: null, headers: null }))
    await writeFile(join(folder, 'upstream.json'), JSON.stringify(upstream, null, 1))
  }
  for (const member of members) member.leave()
  return { violations, evidence }
}

/** Why a room is not at rest yet; null if it is. */
async function unrest(world: World, { roomId, members }: Room): Promise<string | null> {
  const stored = await world.ask((redis) => restlessness(redis, roomId))
  if (stored.why !== null) return stored.why
  for (const { history, isLive, pending, screen } of members) {
    if (!isLive) return `${history.name} has no link`
    if (pending > 0) return `${history.name} waits for ${pending} answers`
    if (screen.offset !== stored.offset) return `${history.name} is at ${screen.offset}`
  }
  return null
}

/** I6, I8: no request to Claude is open, nobody watches, and deleted rooms leave nothing. */
async function remains(world: World, rooms: readonly Room[]): Promise<Violation[]> {
  const began = performance.now()
  const clock = () => performance.now() - began
  for (const room of rooms) await room.delete()
  const ids = rooms.map(({ roomId }) => roomId)
  const why = await until(REST_MS, clock, () => leftover(world, ids))
  const { bytesAfterClose } = world.simulator.stats
  return [
    ...(why === null ? [] : [{ rule: 'I8', message: why } as const]),
    ...(bytesAfterClose === 0
      ? []
      : [
          { rule: 'I6', message: `${bytesAfterClose} bytes after the request was closed` } as const,
        ]),
  ]
}

async function leftover(world: World, ids: readonly string[]): Promise<string | null> {
  if (world.simulator.stats.open > 0) return `${world.simulator.stats.open} requests are open`
  for (const { process } of world.nodes) {
    const figures = await (await fetch(`${process.url}/metrics`)).text()
    for (const name of ['roomcast_watchers', 'roomcast_rooms_open']) {
      const values = [...figures.matchAll(new RegExp(`^${name}(?:{.*})? (\\d+)`, 'gm'))]
      if (values.length === 0) return `${name} is not told`
      const some = values.find(([, value]) => value !== '0')
      if (some) return `${some[0]} on ${process.url}`
    }
  }
  return world.ask(async (redis) => {
    for (const channel of (await redis.pubsub('CHANNELS', '*')) as string[])
      if (ids.some((id) => channel.includes(id))) return `somebody follows ${channel}`
    for await (const keys of redis.scanStream({ count: 1000 }))
      for (const key of keys as string[])
        if (ids.some((id) => key.includes(id))) return `the key ${key} is left`
    return null
  })
}
