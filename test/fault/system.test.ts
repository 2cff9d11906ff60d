// Three nodes, a Redis with its replica, 66 clients, and every kind of fault once, one at a time, in an order set by
// FUZZ_SEED, while members ask, talk and stop. `pnpm soak` does the same for longer and measures.
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
/** For the whole test: some fifty faults, each of which may take long. */
const LONGEST_MS = 10 * DEADLINE_MS

/** Events that must have happened, or the test proves nothing. */
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

describe('when everything breaks', () => {
  const tally = new Tally()
  const played: Played[] = []
  let world: World
  beforeAll(async () => {
    world = await World.open()
    const options = { seed, rooms: ROOMS, clients: CLIENTS }
    // The checker allows more after lost writes, so those faults come last and are judged separately.
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

  test('[R1] all have the same bytes that Claude wrote, and never had others', () =>
    expectHolds('I1', 'I2', 'I3', 'I5'))

  test('[R2] every answer ends once, in the same way for all, and no two run together', () =>
    expectHolds('I4', 'I7'))

  test('[R3] an acknowledged stop is the end, and its request to Claude is closed', () =>
    expectHolds('I6'))

  test('[R4] acknowledged commands are there once, and refused ones are not', () =>
    expectHolds('I10'))

  test('[R5] everybody recovers after every fault, and nothing is left running', () =>
    expectHolds('I9'))

  test('nothing is left of deleted rooms, and nobody watches any more', () => expectHolds('I8'))

  test('every kind of fault and every kind of act has happened', () => {
    for (const { name } of FAULTS) expect(tally.of(`blow: ${name}`), name).toBe(1)
    const missing = EXPECTED.filter((what) => tally.of(what) === 0)
    expect(missing, `of these:\n${tally.table()}`).toEqual([])
  })
})
