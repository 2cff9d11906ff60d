// The checker notices faults: each invariant is broken on purpose in a short sound history.
import { expect, test } from 'vitest'
import type { Entry } from '@roomcast/shared/protocol'
import { Tally } from '../../support/tally.ts'
import { check, type Evidence } from './checker.ts'
import type { Event, Line } from './history.ts'
import { cancel, HOW, type Own, type OwnEvidence, sha256, sound } from './sound-evidence.ts'

/** Alice's line of a kind: the last one, unless told otherwise. */
function line<Kind extends Line['kind']>(
  { histories }: OwnEvidence,
  kind: Kind,
  index = -1,
): Own<Extract<Line, { kind: Kind }>> {
  const found = histories[0]?.lines.filter((one) => one.kind === kind).at(index)
  return found as unknown as Own<Extract<Line, { kind: Kind }>>
}

function insert(evidence: OwnEvidence, after: Line | undefined, ...events: Event[]): void {
  const lines = evidence.histories[0]?.lines ?? []
  const place = after ? lines.indexOf(after) + 1 : lines.length
  lines.splice(place, 0, ...events.map((event) => ({ at: 0, ...event })))
}

const PLANTED: readonly [
  rule: string,
  what: string,
  says: RegExp,
  (all: OwnEvidence) => unknown,
][] = [
  ['I1', 'text that Claude did not write', /^I1 .*answer 1/m, (all) => all.written.shift()],
  [
    'I1',
    'an incomplete answer marked as complete',
    /^I1 .*answer 2 \(completed\)/m,
    (all) => all.written.splice(1, 1, { text: 'Two words more', stopped: true }),
  ],
  [
    'I2',
    'a digest that does not match the text',
    /^I2 .*the end of 2 at 9 does not fit/m,
    (all) => Object.assign(all.entries[4] as object, { digest: sha256('Two worms') }),
  ],
  [
    'I2',
    'other text in the end',
    /^I2 .*carol: has other text of 2/m,
    (all) => Object.assign(all.histories[1]?.lines[4] as object, { text: 'Two' }),
  ],
  [
    'I2',
    'a client that stays in a lost incarnation',
    /^I2 .*alice: is in another incarnation/m,
    (all) => Object.assign(line(all, 'stands'), { epoch: 'other' }),
  ],
  [
    'I2',
    'a message with other text',
    /^I2 .*alice: shows other words of m1/m,
    (all) => Object.assign(line(all, 'said'), { text: 'What?' }),
  ],
  [
    'I2',
    'a message by another author',
    /^I2 .*alice: shows other words of m1/m,
    (all) => Object.assign(line(all, 'said'), { by: 'bob' }),
  ],
  [
    'I2',
    'a message that nobody posted',
    /^I2 .*alice: shows other words of m0/m,
    (all) => Object.assign(line(all, 'said'), { messageId: 'm0' }),
  ],
  [
    'I9',
    'a message that is missing between others',
    /^I9 .*carol: does not show what is said at 6/m,
    (all) => {
      const last = { ...all.entries[0], offset: 6, messageId: 'm2', text: 'And?' } as Entry
      all.entries.push(last)
      for (const { lines } of all.histories) Object.assign(lines.at(-1) ?? {}, { offset: 6 })
    },
  ],
  [
    'I9',
    'an answer that is missing between others',
    /^I9 .*carol: does not show what begins at 4/m,
    (all) => all.histories[1]?.lines.splice(4, 2),
  ],
  [
    'I3',
    'other text for a moment',
    /^I3 .*alice: what it shows of 1 is no beginning/m,
    (all) => Object.assign(line(all, 'text', 0), { text: 'Ons ' }),
  ],
  [
    'I3',
    'text that is taken back',
    /^I3 .*alice: 1 is taken back to 2/m,
    (all) => Object.assign(line(all, 'text', 1), { from: 2, text: 'e stone' }),
  ],
  [
    'I3',
    'text that is skipped',
    /^I3 .*alice: what it shows of 1/m,
    (all) => Object.assign(line(all, 'text', 1), { text: 'tone' }),
  ],
  [
    'I3',
    'an answer that is not there in the end',
    /^I3 .*shows 1, which is not there/m,
    (all) => all.entries.splice(1, 2),
  ],
  [
    'I4',
    'a second end',
    /^I4 .*2 ends twice/m,
    (all) => all.entries.push({ ...all.entries[4] } as Entry),
  ],
  [
    'I4',
    'a second end on a screen',
    /^I4 .*alice: 2 ends a second time/m,
    (all) => insert(all, line(all, 'ended'), { ...line(all, 'ended') }),
  ],
  [
    'I4',
    'another end on one screen',
    /^I4 .*alice: 2 ends failed, not completed/m,
    (all) => Object.assign(line(all, 'ended'), { how: { ...HOW, outcome: 'failed' } }),
  ],
  [
    'I4',
    'text after the end',
    /^I4 .*alice: 2 changes after its end/m,
    (all) => insert(all, line(all, 'ended'), { ...line(all, 'text'), from: 9, text: '!' }),
  ],
  ['I5', 'a gap in the log', /^I5 .*entry 5 is at place 4/m, (all) => all.entries.splice(3, 1)],
  [
    'I5',
    'a gap on a screen',
    /^I5 .*alice: from 1 to 3/m,
    (all) => Object.assign(line(all, 'stands', 2), { offset: 3 }),
  ],
  [
    'I5',
    'a screen that goes back',
    /^I5 .*alice: back at 1/m,
    (all) => Object.assign(line(all, 'stands', 3), { offset: 1 }),
  ],
  [
    'I5',
    'another incarnation without a snapshot',
    /^I5 .*alice: another epoch without a snapshot/m,
    (all) => Object.assign(line(all, 'stands', 1), { epoch: 'other' }),
  ],
  [
    'I5',
    'another incarnation although nothing was lost',
    /^I5 .*alice: another incarnation, and nothing was lost/m,
    (all) => insert(all, line(all, 'stands', 0), { kind: 'replaced', epoch: 'first' }),
  ],
  [
    'I6',
    'text beyond a stop',
    /^I6 .*alice: shows 1 beyond its end at 9/m,
    (all) => Object.assign(line(all, 'text', 1), { text: 'stone after' }),
  ],
  [
    'I6',
    'a stop acknowledged with another end',
    /^I6 .*told cancelled at 4, not cancelled at 9/m,
    (all) => Object.assign(line(all, 'answered', 1).result, { end: 4 }),
  ],
  [
    'I7',
    'two answers that run together',
    /^I7 .*2 starts while 1 runs/m,
    (all) => all.entries.splice(2, 1),
  ],
  [
    'I7',
    'a repeated number',
    /^I7 .*1 starts after 1/m,
    (all) => Object.assign(all.entries[3] as object, { number: 1 }),
  ],
  ['I9', 'an answer without an end', /^I9 .*2 has no end/m, (all) => all.entries.pop()],
  [
    'I9',
    'a client that is behind in the end',
    /^I9 .*alice: is at 4 of 5/m,
    (all) => Object.assign(line(all, 'stands'), { offset: 4 }),
  ],
  [
    'I10',
    'an acknowledged message that is lost',
    /^I10 .*alice: acknowledged and lost: Why\?/m,
    (all) => Object.assign(all.entries[0] as object, { text: 'What?' }),
  ],
  [
    'I10',
    'a refused message that is there',
    /^I10 .*alice: refused with queue-full and there: How\?/m,
    (all) => Object.assign(all.entries[0] as object, { text: 'How?' }),
  ],
  [
    'I10',
    'a message that is there twice',
    /^I10 .*posted 2 times: Why\?/m,
    (all) => all.entries.push({ ...all.entries[0], offset: 6 } as Entry),
  ],
  [
    'I10',
    'an acknowledged start that is missing',
    /^I10 .*retry was never started/m,
    (all) =>
      Object.assign(line(all, 'answered', 0), {
        command: { ...cancel, type: 'retry' },
        result: { ok: true, generationId: 'none' },
      }),
  ],
]

function found(evidence: Evidence): string {
  return check(evidence, new Tally())
    .map(({ rule, message }) => `${rule} ${message}`)
    .join('\n')
}

test('a sound history passes', () => {
  expect(found(sound())).toBe('')
})

test.each(PLANTED)('[%s] the checker sees %s', (_rule, _what, says, spoil) => {
  const evidence = sound()
  spoil(evidence)
  expect(found(evidence)).toMatch(says)
})

test('text shown long before storage lost anything counts as a violation', () => {
  const evidence = sound()
  const [alice] = evidence.histories
  alice?.lines.unshift(
    { at: 0, kind: 'replaced', epoch: 'lost' },
    { at: 0, kind: 'text', generationId: 'g0', number: 1, from: 0, text: 'Gone' },
  )
  evidence.lossy.push({ from: 10, to: 100 })
  expect(found(evidence)).toMatch(/^I3 .*alice: shows 1, which is not there in the end/m)
})

test('text that storage has just lost is corrected and is no violation', () => {
  const evidence = sound()
  const [alice] = evidence.histories
  alice?.lines.unshift(
    { at: 0, kind: 'replaced', epoch: 'lost' },
    { at: 0, kind: 'text', generationId: 'g0', number: 1, from: 0, text: 'Gone' },
    { at: 0, kind: 'stands', epoch: 'lost', offset: 4, whole: true },
  )
  evidence.lossy.push({ from: 0, to: 100 })
  const tally = new Tally()
  expect(check(evidence, tally)).toEqual([])
  expect(tally.of('corrected on a screen')).toBe(1)
})
