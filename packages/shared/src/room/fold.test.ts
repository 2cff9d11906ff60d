import { describe, expect, test } from 'vitest'
import {
  aRoom,
  asked,
  ended,
  entriesOf,
  said,
  started,
} from '@roomcast/test/doubles/fold/builders.ts'
import { digest } from '../digest.ts'
import type { Entry, EntryDraft, RoomState } from '../protocol/index.ts'
import { type Content, fold } from './fold.ts'
import { emptyRoom, positionOf, runningReply } from './state.ts'

const epoch = 'epoch'
const running = aRoom([asked('a'), started(1, 'a')])

function told(state: RoomState, ...updates: readonly Content[]) {
  return updates.reduce<{ state: RoomState; behind: unknown }>(
    (folded, update) => fold(folded.state, update, digest),
    { state, behind: null },
  )
}

function entries(first: number, ...drafts: readonly EntryDraft[]): Content {
  return { type: 'entries', epoch, entries: entriesOf(drafts, first) }
}

function tail(
  runs: readonly { number: number; at: number; text: string }[],
  after: Entry[],
): Content {
  const marked = runs.map((run) => ({ ...run, marks: [{ kind: 'text', from: 0 }] as const }))
  return { type: 'tail', epoch, runs: marked, entries: after }
}

describe('entries', () => {
  test('[R1.4] that are already known change nothing', () => {
    const folded = told(running, entries(1, asked('a'), started(1, 'a')))
    expect(folded).toEqual({ state: running, behind: null })
  })

  test('[R1.4] after a hole in the offsets are not applied', () => {
    const folded = told(running, entries(4, said('later')))
    expect(folded).toEqual({ state: running, behind: { epoch, offset: 2, end: 0 } })
  })

  test('of another epoch make the follower re-read', () => {
    const other: Content = { type: 'entries', epoch: 'other', entries: entriesOf([said('x')], 3) }
    expect(told(running, other)).toEqual({ state: running, behind: positionOf(running) })
    const otherTail: Content = { type: 'tail', epoch: 'other', runs: [], entries: [] }
    expect(told(running, otherTail).behind).toEqual(positionOf(running))
    const beat: Content = { type: 'heartbeat', epoch: 'other', offset: 0, end: 0 }
    expect(told(running, beat).behind).toEqual(positionOf(running))
  })
})

describe('deltas', () => {
  test('of a generation whose start was missed make the follower re-read', () => {
    const idle = aRoom([said('Hello')])
    expect(told(idle, [1, 0, 'x']).behind).toEqual({ epoch, offset: 1, end: 0 })
    expect(told(running, [2, 0, 'x']).behind).toEqual(positionOf(running))
  })

  test('[R2.2] of an ended generation are never shown', () => {
    const over = told(running, [1, 0, 'Bec'], entries(3, ended(1, 'Bec'))).state
    expect(told(over, [1, 3, 'ause'])).toEqual({ state: over, behind: null })
  })

  test('[R1.3] beyond a gap make the follower re-read from the end of its text', () => {
    const folded = told(running, [1, 0, '🎉'], [1, 9, 'x'])
    expect(folded.behind).toEqual({ epoch, offset: 2, end: 4 })
    expect(runningReply(folded.state)?.text).toBe('🎉')
  })
})

describe('ends', () => {
  test('[R1.5] wait for the text before them', () => {
    const short = told(running, [1, 0, 'Bec'], entries(3, ended(1, 'Because')))
    expect(short.behind).toEqual({ epoch, offset: 2, end: 3 })
    expect(short.state.running).toBe(1)
    const read = told(
      short.state,
      tail([{ number: 1, at: 3, text: 'ause' }], entriesOf([ended(1, 'Because')], 3)),
    )
    expect(read.behind).toBeNull()
    expect(read.state.messages[1]).toMatchObject({
      text: 'Because',
      ended: { outcome: 'completed' },
    })
  })

  test('[R1.5] cut the text beyond them', () => {
    const folded = told(running, [1, 0, 'Because 🎉'], entries(3, ended(1, 'Because')))
    expect(folded.behind).toBeNull()
    expect(folded.state.messages[1]).toMatchObject({ text: 'Because', end: 7 })
  })

  test('[R1.5] make the follower re-read a reply with other bytes from its beginning', () => {
    const wrong = told(running, [1, 0, 'Bekause'], entries(3, ended(1, 'Because')))
    expect(wrong.behind).toEqual({ epoch, offset: 2, end: 0 })
    const after = entriesOf([ended(1, 'Because')], 3)
    const read = told(wrong.state, tail([{ number: 1, at: 0, text: 'Because' }], after))
    expect(read.behind).toBeNull()
    expect(read.state.messages[1]).toMatchObject({ text: 'Because' })
  })

  test('make the follower re-read other bytes even where they would cut a character', () => {
    const wrong = told(running, [1, 0, 'Be日本'], entries(3, ended(1, 'Beca')))
    expect(wrong.behind).toEqual({ epoch, offset: 2, end: 0 })
  })
})

describe('tails', () => {
  test('carry a room over several generations', () => {
    const after = entriesOf([ended(1, 'one'), started(2, 'a'), ended(2, 'two'), started(3, 'a')], 3)
    const runs = ['one', 'two', 'thr'].map((text, index) => ({ number: index + 1, at: 0, text }))
    const { state, behind } = told(running, tail(runs, after))
    expect(behind).toBeNull()
    expect(state.messages.slice(1)).toMatchObject([
      { text: 'one' },
      { text: 'two' },
      { text: 'thr' },
    ])
    expect(state).toMatchObject({ running: 3, offset: 6 })
  })

  test('that are late take nothing back', () => {
    const ahead = told(running, [1, 0, 'Because', 'text']).state
    expect(told(ahead, tail([{ number: 1, at: 0, text: 'Bec' }], []))).toEqual({
      state: ahead,
      behind: null,
    })
  })

  test('bring the mark of thinking that has no bytes yet', () => {
    const before = told(running, [1, 0, 'Hm', 'text']).state
    const marks = [
      { kind: 'text', from: 0 },
      { kind: 'thinking', from: 2 },
    ] as const
    const runs = [{ number: 1, at: 2, text: '', marks }]
    const { state } = told(before, { type: 'tail', epoch, runs, entries: [] })
    expect(runningReply(state)?.marks).toEqual(marks)
  })
})

describe('snapshots', () => {
  test('replace the state, also in another epoch', () => {
    const later = told(running, [1, 0, 'Bec']).state
    expect(told(running, { type: 'snapshot', state: later }).state).toBe(later)
    const other = emptyRoom('room', 'other')
    expect(told(later, { type: 'snapshot', state: other }).state).toBe(other)
  })

  test('that are late take nothing back', () => {
    const over = told(running, [1, 0, 'Bec'], entries(3, ended(1, 'Bec'))).state
    expect(told(over, { type: 'snapshot', state: running })).toEqual({ state: over, behind: null })
    const ahead = told(running, [1, 0, 'Because', 'text']).state
    const newer = told(running, [1, 0, 'Bec', 'text'], entries(3, said('Hello'))).state
    const { state } = told(ahead, { type: 'snapshot', state: newer })
    expect(state.offset).toBe(3)
    expect(runningReply(state)?.text).toBe('Because')
  })
})

describe('heartbeats', () => {
  const beat = (offset: number, end: number): Content => ({ type: 'heartbeat', epoch, offset, end })
  const here = told(running, [1, 0, 'Bec']).state

  test('ahead of the state make the follower re-read', () => {
    expect(told(here, beat(3, 0)).behind).toEqual({ epoch, offset: 2, end: 3 })
    expect(told(here, beat(2, 4)).behind).toEqual({ epoch, offset: 2, end: 3 })
  })

  test('at or before the state change nothing', () => {
    for (const known of [beat(2, 3), beat(2, 0), beat(1, 99)])
      expect(told(here, known)).toEqual({ state: here, behind: null })
  })
})
