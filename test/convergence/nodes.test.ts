// Random rooms on real nodes that share a Redis: members on different nodes ask, stop, lose their link, continue on
// another node and join late; in the end all of them have the same room, byte for byte, and never had a different one.
// FUZZ_ROUNDS plays more rounds of each kind, FUZZ_SEED repeats one of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withSeeds } from '../doubles/chance.ts'
import { Deployment } from '../support/deployment.ts'
import { Tally } from '../support/tally.ts'
import { type Found, playRound, type RoundOptions } from './nodes/run.ts'
import { troubleNodes } from './nodes/trouble.ts'
import { TEST_DEADLINE_MS } from '../support/deadline.ts'

const FILE = 'test/convergence/nodes.test.ts'
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 2)

/** Events that must have happened, or the test proves nothing. */
const EXPECTED = [
  'stopped',
  'stopped before the first text',
  'stopped after the first text',
  'stop met the stop of another',
  'stop met the end: completed',
  'end: completed',
  'end: cancelled',
  'end: failed',
  'queue held',
  'queue promotion',
  'resumed',
  'withdrawn',
  'start: retry',
  'start: continue',
  'refused: generation-running',
  'link cut in mid-answer',
  'moved in mid-answer',
  'link lost with a command under way',
  'came in mid-answer',
  'came back in mid-answer',
  'admitted',
  'snapshot',
  'tail',
  'edited',
  'retracted',
  'configured',
  'quoted',
] as const
const IN_TROUBLE = ['node killed in mid-answer', 'subscription killed', 'end: interrupted'] as const

const KINDS: readonly (readonly [string, number, number, RoundOptions, readonly string[]])[] = [
  ['two nodes', 2, ROUNDS, { steps: 150 }, EXPECTED],
  ['three nodes', 3, ROUNDS, { steps: 150 }, EXPECTED],
  [
    'three nodes that are killed, and lose their subscriptions',
    3,
    Math.ceil(ROUNDS / 2),
    { steps: 3000, meanwhile: troubleNodes },
    IN_TROUBLE,
  ],
]

describe.each(KINDS)('rooms on %s', (name, nodes, rounds, options, expected) => {
  const found: Found[] = []
  const tally = new Tally()
  let deployment: Deployment
  const longest = (1 + rounds) * TEST_DEADLINE_MS
  beforeAll(async () => {
    deployment = await Deployment.open(nodes, { simulator: { pace: 'fast', keep: 100_000 } })
    await withSeeds(rounds, FILE, async (_chance, seed) => {
      found.push(...(await playRound(deployment, seed, tally, options)))
    })
  }, longest)
  afterAll(async () => {
    if (process.env['FUZZ_ROUNDS'] !== undefined)
      process.stdout.write(`${name}\n${tally.table()}\n`)
    await deployment.close()
  })

  function expectHolds(rule: Found['rule']): void {
    const broken = found.filter((one) => one.rule === rule)
    const words = broken.map(
      ({ seed, message }) =>
        `${message}\nRerun: FUZZ_SEED=${seed} pnpm vitest run ${FILE} -t '${name}'`,
    )
    expect(words).toEqual([])
  }

  test('[R1] every screen on every node shows a prefix of the same bytes at any time, and all of them in the end', () =>
    expectHolds('R1'))

  test('[R2] every generation ends once, on every screen alike, and no two run together', () =>
    expectHolds('R2'))

  test('[R3] nothing beyond the acknowledged end of a stop reaches any screen', () =>
    expectHolds('R3'))

  test('[R4] acknowledged commands are there once, and refused ones are not', () =>
    expectHolds('R4'))

  test('the rooms come to rest when faults end', () => expectHolds('quiet'))

  test.skipIf(process.env['FUZZ_SEED'] !== undefined)(
    'every kind of act and fault has happened',
    () => {
      const missing = expected.filter((what) => tally.of(what) === 0)
      expect(missing, `of these:\n${tally.table()}`).toEqual([])
    },
  )
})
