// The fold against random histories on random bad lines. However updates are lost, repeated, delayed or cut differently,
// every screen ends with the same room and never shows anything that the log would have to take back.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { played, someHistory } from '@roomcast/test/doubles/fold/history.ts'
import { LineFollower, someLine, type Tally } from '@roomcast/test/doubles/fold/follower.ts'
import type { ModelLog } from '@roomcast/test/doubles/fold/model-log.ts'
import type { RoomState } from '../protocol/index.ts'
import { runningReply, withReply } from './state.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_000)

/** Events that must have happened in a run, or it has proved nothing. */
const EXPECTED = [
  'lose',
  'twice',
  'delay',
  'recut',
  'overlap',
  'merge',
  'merged',
  'heartbeat',
  'replay',
  'tail',
  'snapshot',
  're-read as a tail',
  're-read as a snapshot',
  'cut at the end',
  'digest differs',
  'silent thinking',
  'lost by the storage',
  'completed',
  'cancelled',
  'failed',
  'interrupted',
  'held',
] as const

function countHistory(log: ModelLog, tally: Tally): void {
  const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1)
  for (const { update, lost } of log.frames) {
    if (lost) count('lost by the storage')
    else if (Array.isArray(update) && update[2] === '') count('silent thinking')
  }
  for (const { ended } of log.replies.values()) {
    if (ended) count(ended.outcome)
    if (ended?.held) count('held')
  }
}

/** Compares the undisturbed fold with the model's own record of every reply. */
function checkTruth(log: ModelLog): void {
  const state = log.states.at(-1)
  const replies = state?.messages.filter((message) => message.kind === 'reply') ?? []
  expect(replies.map(({ number, text, end, marks }) => ({ number, text, end, marks }))).toEqual(
    [...log.replies.values()].map(({ number, text, end, marks }) => ({ number, text, end, marks })),
  )
  expect(state).toMatchObject({ queue: log.queue, held: log.held, offset: log.entries.length })
}

/** Drops marks without bytes. They are hints that no position covers; a reader who missed one gets it with the next bytes. */
function settled(state: RoomState | undefined): RoomState | undefined {
  const reply = state && runningReply(state)
  if (!reply) return state
  return withReply(state, { ...reply, marks: reply.marks.filter(({ from }) => from < reply.end) })
}

describe('the fold on bad lines', () => {
  test('[R1] every follower ends with the room of the log and sees only prefixes before', () => {
    const tally: Tally = new Map()
    const property = fc.property(
      someHistory,
      fc.array(someLine, { minLength: 1, maxLength: 3 }),
      (history, lines) => {
        const log = played(history)
        countHistory(log, tally)
        checkTruth(log)
        for (const line of lines) {
          const follower = new LineFollower(log, line, tally)
          follower.run()
          const [screen, truth] = [settled(follower.state), settled(log.states.at(-1))]
          if (!isDeepStrictEqual(screen, truth)) expect(screen).toEqual(truth)
        }
      },
    )
    const run = fc.check(property, { seed: SEED, numRuns: RUNS })
    if (run.failed)
      throw new Error(
        `${fc.defaultReportMessage(run)}\nRerun: FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS} pnpm vitest run packages/shared/src/room/fold.fuzz.test.ts`,
        { cause: run.errorInstance },
      )
    for (const what of EXPECTED) expect(tally.get(what) ?? 0, what).toBeGreaterThan(0)
  })
})
