// One round: several rooms on one deployment, each with a schedule of its own; then everything is repaired and has to
// come to rest, newcomers join on every node, and the judge checks everything that was seen.
import { Redis } from 'ioredis'
import type { Deployment } from '../../support/deployment.ts'
import { Person } from '../../support/person.ts'
import type { Tally } from '../../support/tally.ts'
import type { Violation } from '../violation.ts'
import { judgeRecord } from './record.ts'
import { NodesRoom } from './room.ts'
import { someSteps, take } from './steps.ts'
import { DEADLINE_MS } from '../../support/deadline.ts'
import { pause } from '../../support/pause.ts'

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin'] as const
const ROOMS = 4
/** Longest time from the last fault to rest, a whole queue of answers and the lease of a dead node included, ms. */
const LOOK_MS = 100

export interface Found extends Violation {
  readonly seed: number
}

export interface RoundOptions {
  /** The number of steps of each room; with `meanwhile` as many as that takes. */
  readonly steps: number
  /** Events on the nodes during the round, with a room for them alone. */
  readonly meanwhile?: (deployment: Deployment, witness: NodesRoom, seed: number) => Promise<void>
}

/** Plays one round and counts its events. */
export async function playRound(
  deployment: Deployment,
  seed: number,
  tally: Tally,
  { steps, meanwhile }: RoundOptions,
): Promise<Found[]> {
  const redis = new Redis(deployment.redis?.url ?? '')
  const make = async () => NodesRoom.make(deployment, await people(deployment), tally)
  const rooms = await Promise.all(Array.from({ length: ROOMS }, make))
  const witness = meanwhile ? await make() : null
  const all = witness ? [witness, ...rooms] : rooms
  try {
    let isOver = false
    const meantime =
      witness && meanwhile?.(deployment, witness, seed).finally(() => (isOver = true))
    const schedules = rooms.map(async (room, index) => {
      for (const step of someSteps(seed * 100 + index, steps)) if (!isOver) await take(room, step)
    })
    await Promise.all([...schedules, meantime])
    const found = await Promise.all(all.map((room) => look(room, redis)))
    return found.flat().map((violation) => ({ ...violation, seed }))
  } finally {
    for (const room of all) room.close()
    redis.disconnect()
  }
}

/** The people of one room, each of whom arrives on another node. */
function people(deployment: Deployment): Promise<Person[]> {
  return Promise.all(NAMES.map((name, index) => Person.come(deployment.node(index).url, name)))
}

/** Waits until a room is at rest, lets a newcomer join on every node, and judges the room. */
async function look(room: NodesRoom, redis: Redis): Promise<Violation[]> {
  for (const seat of room.seats) room.mend(seat)
  const before = await rest(room, redis)
  const [owner] = room.members
  if (owner) for (let node = 0; node < room.nodes; node++) await room.sit(owner, node, false)
  const unrest = before ?? (await rest(room, redis))
  const violations = judgeRecord(await room.record(redis), room.tally)
  const quiet = unrest === null ? [] : [{ rule: 'quiet', message: `no rest: ${unrest}` } as const]
  return [...quiet, ...violations]
}

/** Waits until nothing more will happen; returns the remaining activity if it takes too long. */
async function rest(room: NodesRoom, redis: Redis): Promise<string | null> {
  for (const deadline = performance.now() + DEADLINE_MS; ; await pause(LOOK_MS)) {
    const unrest = await room.unrest(redis)
    if (unrest === null || performance.now() > deadline) return unrest
  }
}
