// Random rooms on random networks: members with several pages each lose links, repeat, overtake, stall, reload, stop
// and ask again; in the end everybody has the same room, byte for byte, and so has the log.
import { beforeAll, describe, expect, test } from 'vitest'
import { Tally } from '../support/tally.ts'
import { explain, play } from './run.ts'
import { someSteps } from './steps.ts'
import type { Violation } from './violation.ts'

const STEPS = 110

/** Events that must have happened, or the test proves nothing. */
const EXPECTED = [
  'delta dropped',
  'entries dropped',
  'delta sent twice',
  'entries sent twice',
  'overtaken by others',
  'delta cut apart',
  'entries cut apart',
  'delta merged with the next',
  'delta overlapping the one before',
  're-read by a client',
  'snapshot',
  'tail',
  'stalled link',
  'stall made good',
  'link cut',
  'link fell silent',
  'linked anew after silence',
  'answer lost after the command was done',
  'command came again',
  'stopped',
  'stopped before the first text',
  'stop met the stop of another',
  'stop met the end: completed',
  'end: completed',
  'end: cancelled',
  'end: failed',
  'end: interrupted',
  'max_tokens',
  'queue held',
  'queue promotion',
  'start: retry',
  'start: continue',
  'restart',
  'storage away',
  'refused: storage-unavailable',
  'intruder refused',
  'edited',
  'retracted',
  'configured',
  'removed',
  'quoted',
] as const

/**
 * Describes the tests of these seeds.
 * @param isWhole they are enough that every kind of fault and race must happen in one of them
 */
export function describeBadNetwork(seeds: readonly number[], isWhole: boolean): void {
  describe('a room on a bad network', () => {
    const violations: { readonly seed: number; readonly violation: Violation }[] = []
    const tally = new Tally()

    beforeAll(async () => {
      for (const seed of seeds) {
        const run = await play(seed, someSteps(seed, STEPS))
        tally.add(run.tally)
        if (run.violation) violations.push({ seed, violation: run.violation })
      }
    })

    /** Fails with the smallest run that breaks the rule. */
    async function expectHolds(rule: Violation['rule']): Promise<void> {
      const found = violations.find(({ violation }) => violation.rule === rule)
      if (found) expect.fail(await explain(found.seed, STEPS, rule))
    }

    test('[R1] every screen shows a prefix of the same bytes at any time, and all of them in the end', async () => {
      await expectHolds('R1')
    })

    test('[R2] every generation ends once, on every screen alike, and no two run together', async () => {
      await expectHolds('R2')
    })

    test('[R3] nothing beyond the acknowledged end of a stop reaches any screen', async () => {
      await expectHolds('R3')
    })

    test('[R4] acknowledged commands are in the log once, and refused ones are not', async () => {
      await expectHolds('R4')
    })

    test('[R6] a stranger is refused everything and told nothing', async () => {
      await expectHolds('R6')
    })

    test('the room comes to rest when faults end, and leaves nothing behind when all have left', async () => {
      await expectHolds('quiet')
    })

    test.runIf(isWhole)('every kind of fault and race has really happened', () => {
      const missing = EXPECTED.filter((what) => tally.of(what) === 0)
      expect(missing, `of these, in ${seeds.length} runs:\n${tally.table()}`).toEqual([])
    })
  })
}
