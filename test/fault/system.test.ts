// Three nodes, a Redis with its replica and 66 clients, and everything breaks once: each kind of fault by itself, in an order
// that FUZZ_SEED gives, while people ask, talk and stop. `pnpm soak` does the same for longer and measures.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Chance, seeds } from '../doubles/chance.ts'
import { Tally } from '../support/tally.ts'
import type { Violation } from './system/checker.ts'
import { FAULTS } from './system/faults.ts'
import { schedule } from './system/nemesis.ts'
import { play, type Played } from './system/run.ts'
import { World } from './system/world.ts'
import { DEADLINE_MS } from '../support/deadline.ts'

const FILE = 'test/fault/system.test.ts'
const [seed = 1] = seeds(1)
const [ROOMS, CLIENTS] = [6, 5]
/** Of all of it: half a hundred faults, each of which may take long. */
const LONGEST_MS = 10 * DEADLINE_MS

/** What must have happened, or nothing was proved. */
const EXPECTED = [
  'end: completed',
  'end: cancelled',
  'end: failed',
  'stops acknowledged',
  'post: done',
  'retry: done',
  'continue: done',
  'resume: done',
] as const

describe('everything that can break does', () => {
  const tally = new Tally()
  const played: Played[] = []
  let world: World
  beforeAll(async () => {
    world = await World.open()
    const options = { seed, rooms: ROOMS, clients: CLIENTS }
    // What storage has lost is held against less; so that comes last, and is judged by itself.
    for (const losesWrites of [false, true]) {
      const kinds = FAULTS.filter((fault) => (fault.losesWrites ?? false) === losesWrites)
      const faults = schedule(new Chance(seed), kinds, kinds.length)
      played.push(await play(world, { ...options, faults }, tally))
    }
  }, LONGEST_MS)
  afterAll(() => world.close())

  function expectHolds(...rules: readonly Violation['rule'][]): void {
    const broken = played
      .flatMap(({ violations }) => violations)
      .filter(({ rule }) => rules.includes(rule))
    const words = broken.map(
      ({ rule, message }) => `${rule} ${message}\nRerun: FUZZ_SEED=${seed} pnpm vitest run ${FILE}`,
    )
    expect(words).toEqual([])
  }

  test('[R1] all have the same bytes, of what Claude wrote, and never had others', () =>
    expectHolds('I1', 'I2', 'I3', 'I5'))

  test('[R2] every answer ends once, alike for all, and no two run together', () =>
    expectHolds('I4', 'I7'))

  test('[R3] a stop that was acknowledged is the end, and nothing is asked of Claude after it', () =>
    expectHolds('I6'))

  test('[R4] what was acknowledged is there once, and what was refused is not', () =>
    expectHolds('I10'))

  test('[R5] everybody is well again after every fault, and nothing is left running', () =>
    expectHolds('I9'))

  test('nothing is left of rooms that are deleted, and nobody watches any more', () =>
    expectHolds('I8'))

  test('every kind of fault has struck, and every kind of act has happened', () => {
    for (const { name } of FAULTS) expect(tally.of(`blow: ${name}`), name).toBe(1)
    const missing = EXPECTED.filter((what) => tally.of(what) === 0)
    expect(missing, `of these:\n${tally.table()}`).toEqual([])
  })
})
