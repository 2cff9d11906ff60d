// The judge of a record notices faults: a short sound record, with each promise broken in it on purpose.
import { expect, test } from 'vitest'
import type { Entry, EntryOf, GenerationEnded, Reply, RoomState } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, withReply } from '@roomcast/shared/room'
import { Tally } from '../../support/tally.ts'
import type { Sent } from '../judge.ts'
import { judgeRecord, type RoomRecord } from './record.ts'
import { aSoundRecord, type OwnRecord } from './sound-record.ts'

function judged(record: RoomRecord): string[] {
  return judgeRecord(record, new Tally()).map(({ rule, message }) => `${rule}: ${message}`)
}

/** The last entry of a type. */
function entry<Type extends Entry['type']>(
  { reading }: OwnRecord,
  type: Type,
): Extract<Entry, { type: Type }> {
  return reading.entries.findLast((one) => one.type === type) as Extract<Entry, { type: Type }>
}

/** The stored entry of the message with this text. */
function post({ reading }: OwnRecord, text: string): Entry {
  return reading.entries.find((one) => one.type === 'message-posted' && one.text === text) as Entry
}

/** The index at which alice's screen first shows this much of the first reply. */
function shown(
  { screens }: OwnRecord,
  end: number,
): { states: RoomState[]; at: number; reply: Reply } {
  const states = screens[0]?.states ?? []
  const replyIn = (state: RoomState | undefined) =>
    state?.messages.find((one) => one.kind === 'reply')
  const at = states.findIndex((state) => replyIn(state)?.end === end)
  return { states, at, reply: replyIn(states[at]) as Reply }
}

/** Makes alice's screen show other text of the first reply for a moment, instead of its first `end` bytes. */
function repaint(all: OwnRecord, end: number, text: string): void {
  const { states, at, reply } = shown(all, end)
  states[at] = withReply(states[at] as RoomState, { ...reply, text, end: byteLength(text) })
}

/** Replaces an entry by a changed copy. */
function rewrite(
  record: OwnRecord,
  type: Entry['type'],
  change: (old: Entry) => readonly Entry[],
): void {
  const index = record.reading.entries.findLastIndex((one) => one.type === type)
  record.reading.entries.splice(index, 1, ...change(record.reading.entries[index] as Entry))
}

const PLANTED: readonly [
  rule: string,
  what: string,
  says: RegExp,
  spoil: (all: OwnRecord) => unknown,
][] = [
  [
    'R1',
    'a screen that showed other text for a moment',
    /^R1: alice: reply 1 is no prefix/m,
    (all) => repaint(all, 4, 'Ons '),
  ],
  [
    'R1',
    'a screen that lost text again',
    /^R1: alice: reply 1 shrank from 9 to 4/m,
    (all) => {
      const { states, at } = shown(all, 4)
      states.splice(shown(all, 9).at + 1, 0, states[at] as RoomState)
    },
  ],
  [
    'R1',
    'a screen that went back',
    /^R1: alice: went back/m,
    ({ screens }) => void screens[0]?.states.splice(-1, 0, screens[0].states[0] as RoomState),
  ],
  [
    'R1',
    'a message that nobody posted',
    /^R1: carol: a message that the log does not have/m,
    ({ screens }) => {
      const said = screens[1]?.states[0]?.messages[0] as { text: string }
      said.text = 'Goodbye.'
    },
  ],
  [
    'R1',
    'a newcomer with another queue',
    /^R1: carol ends with another room: queue/m,
    ({ screens }) => Object.assign(screens[1]?.states[0] as RoomState, { queue: ['message'] }),
  ],
  [
    'R1',
    'a screen that is behind in the end',
    /^R1: alice ends with another room: offset/m,
    ({ screens }) => void screens[0]?.states.pop(),
  ],
  [
    'R1',
    'a gap in the offsets',
    /^R1: entry 9 follows 7/m,
    ({ reading }) => void reading.entries.splice(7, 1),
  ],
  [
    'R1',
    'a digest that does not match the text',
    /^R1: the end of 2 does not fit its text/m,
    (all) => Object.assign(entry(all, 'generation-ended'), { digest: digest('Two worms') }),
  ],
  [
    'R1',
    'text that Claude did not write',
    /^R1: reply 1 is not what Claude sent/m,
    ({ written }) => void written.shift(),
  ],
  [
    'R1',
    'an incomplete answer marked as complete',
    /^R1: reply 2 is not what Claude sent/m,
    ({ written }) => void written.splice(1, 1, { text: 'Two words more', stopped: true }),
  ],
  [
    'R2',
    'a second end',
    /^R2: 2 ends again/m,
    (all) =>
      rewrite(all, 'generation-ended', (old) => [
        old,
        { ...(old as GenerationEnded), offset: old.offset + 1, outcome: 'failed' },
      ]),
  ],
  [
    'R2',
    'two answers that run together',
    /^R2: 2 starts while 1 runs/m,
    ({ reading }) => {
      const end = reading.entries.findIndex((one) => one.type === 'generation-ended')
      reading.entries.splice(end, 1)
    },
  ],
  [
    'decided',
    'an edit by a member other than the author',
    /^decided: .*message-edited.* is refused/m,
    (all) => {
      const said = post(all, 'Hello.') as EntryOf<'message-posted'>
      const { offset } = all.reading.entries.at(-1) as Entry
      all.reading.entries.push({
        type: 'message-edited',
        offset: offset + 1,
        at: 9e12,
        messageId: said.messageId,
        by: 'bob',
        text: 'Helo.',
      })
    },
  ],
  [
    'decided',
    'a question that waits without a reason',
    /^decided: .*question-queued/m,
    (all) => {
      const { messageId } = post(all, 'Why?') as EntryOf<'message-posted'>
      const { offset } = all.reading.entries.at(-1) as Entry
      all.reading.entries.push({ type: 'question-queued', offset: offset + 1, at: 9e12, messageId })
    },
  ],
  [
    'R2',
    'a screen with another end',
    /^R2: carol: reply 2 ends otherwise: failed/m,
    ({ screens }) => {
      const reply = screens[1]?.states[0]?.messages.at(-1) as Reply
      Object.assign(reply.ended as object, { outcome: 'failed' })
    },
  ],
  [
    'R2',
    'an end that changed',
    /^R2: alice: reply 1 changed after its end/m,
    ({ screens }) => {
      const state = structuredClone(screens[0]?.states.at(-1)) as RoomState
      const reply = state.messages.find((one) => one.kind === 'reply') as Reply
      Object.assign(reply.ended as object, { reason: 'another' })
      screens[0]?.states.push(state)
    },
  ],
  [
    'R3',
    'text beyond the end of a stop',
    /^R3: alice: reply 1 shows 15 bytes beyond the end at 9/m,
    (all) => repaint(all, 9, 'One stone after'),
  ],
  [
    'R3',
    'a stop acknowledged with another end',
    /^R3: bob: told cancelled at 4, not cancelled/m,
    ({ sent }) => void Object.assign(sent[2]?.result as object, { end: 4 }),
  ],
  [
    'R3',
    'an acknowledged stop that did not happen',
    /^R3: bob: told of an end that is none/m,
    ({ sent }) =>
      void sent.splice(2, 1, {
        by: 'bob',
        intent: { type: 'cancel', generationId: 'never-was' },
        result: { ok: true, outcome: 'cancelled', end: 0 },
      }),
  ],
  [
    'R4',
    'an acknowledged message that is lost',
    /^R4: acknowledged and 0 times in the log: Hello\./m,
    (all) => Object.assign(post(all, 'Hello.'), { text: 'Hullo.' }),
  ],
  [
    'R4',
    'a message that is there twice',
    /^R4: acknowledged and 2 times in the log: Why\?/m,
    (all) => Object.assign(post(all, 'Hello.'), { text: 'Why?' }) && all.sent.shift(),
  ],
  [
    'R4',
    'an unacknowledged message that is there twice',
    /^R4: alice: posted 2 times: Why\?/m,
    (all) => {
      Object.assign(post(all, 'Hello.'), { text: 'Why?' })
      all.sent.splice(0, 2, { ...(all.sent[1] as Sent), result: null })
    },
  ],
  [
    'R4',
    'a refused message that is there',
    /^R4: carol: refused with queue-full and posted all the same: Hello\./m,
    ({ sent }) =>
      void sent.splice(0, 1, {
        ...(sent[0] as Sent),
        result: { ok: false, error: { code: 'queue-full', message: 'No.', retryable: true } },
      }),
  ],
  [
    'R4',
    'an acknowledged start that is missing',
    /^R4: a start was acknowledged that is none: nothing/m,
    ({ sent }) => void Object.assign(sent[3]?.result as object, { generationId: 'nothing' }),
  ],
  [
    'R4',
    'a refusal without a reason',
    /^R4: carol: resume is refused with internal/m,
    ({ sent }) =>
      Object.assign(sent[4]?.result as object, {
        error: { code: 'internal', message: 'No.', retryable: true },
      }),
  ],
]

test('a sound record passes', async () => {
  const record = await aSoundRecord()
  expect(judged(record)).toEqual([])
  const tally = new Tally()
  judgeRecord(record, tally)
  expect(tally.of('stopped')).toBe(1)
  expect(tally.of('states looked at')).toBeGreaterThan(8)
})

test.each(PLANTED)('[%s] the judge of a record sees %s', async (_rule, _what, says, spoil) => {
  const record = await aSoundRecord()
  spoil(record)
  expect(judged(record).join('\n')).toMatch(says)
})
