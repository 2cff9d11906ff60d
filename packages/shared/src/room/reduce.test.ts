import { describe, expect, test } from 'vitest'
import {
  aRoom,
  asked,
  ended,
  entriesOf,
  queued,
  said,
  started,
} from '@roomcast/test/doubles/fold/builders.ts'
import { digest } from '../digest.ts'
import { type EntryDraft, LIMITS, type RoomState } from '../protocol/index.ts'
import { fold } from './fold.ts'
import { reduce } from './reduce.ts'
import { memberOf, nameOf } from './select.ts'
import { emptyRoom, runningReply } from './state.ts'

/** Folds drafts over a room, adding the text of each reply just before its end. */
function grown(state: RoomState, drafts: readonly EntryDraft[], text: string): RoomState {
  return entriesOf(drafts, state.offset + 1).reduce((room, entry) => {
    const told =
      entry.type === 'generation-ended'
        ? fold(room, [entry.number, 0, text, 'text'], digest).state
        : room
    return reduce(told, entry)
  }, state)
}

describe('entries', () => {
  test('a member who joins again keeps their place and their original join time', () => {
    const bob = { type: 'member-joined', memberId: 'bob', name: 'Bob', role: 'member' } as const
    const carol = { ...bob, memberId: 'carol', name: 'Carol' }
    const { members } = aRoom([bob, carol, { ...bob, name: 'Bob B.', role: 'owner' }])
    expect(members).toEqual([
      { memberId: 'bob', name: 'Bob B.', role: 'owner', joinedAt: 1 },
      { memberId: 'carol', name: 'Carol', role: 'member', joinedAt: 2 },
    ])
  })

  test('a question leaves the queue when its answer starts or it is withdrawn', () => {
    const waiting = [asked('a'), started(1, 'a'), asked('b'), queued('b'), asked('c'), queued('c')]
    expect(aRoom(waiting).queue).toEqual(['b', 'c'])
    const withdrawn = { type: 'question-withdrawn', messageId: 'b', by: 'alice' } as const
    const room = aRoom([...waiting, withdrawn, ended(1, ''), started(2, 'c')])
    expect(room.queue).toEqual([])
    expect(room.messages[2]).toMatchObject({ messageId: 'b', withdrawn: true })
  })

  test('a queue is held until a member resumes it or it is empty', () => {
    const held = [asked('a'), started(1, 'a'), asked('b'), queued('b'), ended(1, '', true)]
    expect(aRoom(held)).toMatchObject({ held: true, queue: ['b'], running: null })
    expect(aRoom([...held, { type: 'queue-resumed', by: 'alice' }]).held).toBe(false)
    const withdrawn = { type: 'question-withdrawn', messageId: 'b', by: 'alice' } as const
    expect(aRoom([...held, withdrawn])).toMatchObject({ held: false, queue: [] })
  })

  test('an edited message has its new text and loses its old mentions', () => {
    const posted = { ...said('Hallo', 'a'), mentions: ['bob'] } as EntryDraft
    const edited = { type: 'message-edited', messageId: 'a', by: 'alice', text: 'Hello' } as const
    const [message] = aRoom([posted, said('b'), edited]).messages
    expect(message).toMatchObject({ text: 'Hello', editedAt: 3, offset: 1 })
    expect(message).not.toHaveProperty('mentions')
  })

  test('a retracted message is empty for good, and a retracted question leaves the queue', () => {
    const waiting = [asked('a'), started(1, 'a'), asked('b'), queued('b'), ended(1, '', true)]
    const retracted = { type: 'message-retracted', messageId: 'b', by: 'bob' } as const
    const edited = { type: 'message-edited', messageId: 'b', by: 'alice', text: 'again' } as const
    const room = aRoom([...waiting, retracted, edited])
    expect(room).toMatchObject({ queue: [], held: false })
    expect(room.messages[2]).toMatchObject({ messageId: 'b', text: '', retractedBy: 'bob' })
  })

  test('settings that a change does not name stay the same', () => {
    const created = { title: 'One', model: 'claude', instructions: 'Be short.' }
    const room = aRoom([
      { type: 'room-created', roomId: 'room', ...created },
      { type: 'settings-changed', by: 'alice', title: 'Two' },
      { type: 'settings-changed', by: 'alice', instructions: '' },
    ])
    expect(room).toMatchObject({ title: 'Two', model: 'claude', instructions: '' })
  })

  test('a person who left or was removed is no longer a member but keeps the name, and can join again', () => {
    const bob = { type: 'member-joined', memberId: 'bob', name: 'Bob', role: 'member' } as const
    const left = { type: 'member-left', memberId: 'bob', by: 'bob' } as const
    const gone = aRoom([bob, { ...left, by: 'alice' }])
    expect(gone.members).toMatchObject([{ name: 'Bob', gone: 'removed' }])
    expect(memberOf(gone, 'bob')).toBeUndefined()
    expect(nameOf(gone, 'bob')).toBe('Bob')
    expect(aRoom([bob, left]).members).toMatchObject([{ gone: 'left' }])
    expect(memberOf(aRoom([bob, left, bob]), 'bob')).toMatchObject({ name: 'Bob', joinedAt: 1 })
  })

  test('[W3] an entry of an unknown type keeps its place and marks the room as outdated', () => {
    const room = reduce(aRoom([said('Hello')]), { offset: 2, at: 2, type: 'from-the-future' })
    expect(room).toMatchObject({ offset: 2, outdated: true, messages: [{ text: 'Hello' }] })
  })

  test('a state is replaced and never changed', () => {
    const before = aRoom([asked('a'), started(1, 'a')])
    const copy = structuredClone(before)
    reduce(before, { offset: 3, at: 3, ...ended(1, '') })
    expect(before).toEqual(copy)
  })
})

describe('the window', () => {
  test('holds the newest 200 messages', () => {
    const drafts = Array.from({ length: 205 }, (_, index) => said(`message ${index}`))
    expect(aRoom(drafts.slice(0, 200))).toMatchObject({ earlier: false })
    const { messages, earlier } = aRoom(drafts)
    expect(earlier).toBe(true)
    expect(messages).toHaveLength(LIMITS.windowMessages)
    expect(messages[0]).toMatchObject({ text: 'message 5' })
  })

  test('holds at most 512 KiB of ended text, but always one message, however long', () => {
    const quarter = 'x'.repeat(LIMITS.windowBytes / 4)
    const rounds = (count: number) =>
      Array.from({ length: count }, (_, index) => [started(index + 1), ended(index + 1, quarter)])
    const full = grown(emptyRoom('room', 'epoch'), rounds(4).flat(), quarter)
    expect(full).toMatchObject({ earlier: false })
    expect(full.messages).toHaveLength(4)
    const over = grown(full, [said('é')], '')
    expect(over.messages).toHaveLength(4)
    expect(over.messages.at(-1)).toMatchObject({ text: 'é' })
    expect(over.earlier).toBe(true)
    expect(aRoom([said('x'.repeat(LIMITS.windowBytes + 1))]).messages).toHaveLength(1)
  })

  test('keeps the running reply and drops it once it has ended', () => {
    const talk = Array.from({ length: 250 }, (_, index) => said(`message ${index}`))
    const room = aRoom([asked('a'), started(1, 'a'), ...talk])
    expect(runningReply(room)).toMatchObject({ number: 1 })
    expect(room.messages).toHaveLength(1 + LIMITS.windowMessages)
    expect(room).toMatchObject({ hole: true, earlier: true })
    const told = fold(room, [1, 0, 'still here'], digest)
    expect(told.behind).toBeNull()
    expect(runningReply(told.state)?.text).toBe('still here')
    const after = reduce(told.state, { offset: 253, at: 253, ...ended(1, 'still here') })
    expect(after.messages).toHaveLength(LIMITS.windowMessages)
    expect(after).toMatchObject({ running: null, hole: false })
    expect(after.messages.every(({ kind }) => kind === 'said')).toBe(true)
  })

  test('holds the same messages for a late joiner as for a follower from the start', () => {
    const drafts = Array.from({ length: 120 }, (_, index) => [
      asked(`question ${index}`),
      started(index + 1, `question ${index}`),
      said(`aside ${index}`),
      ended(index + 1, 'answer'),
    ]).flat()
    const entries = entriesOf(drafts)
    let early = emptyRoom('room', 'epoch')
    const late: RoomState[] = []
    for (const entry of entries) {
      if (entry.offset % 37 === 0) late.push(early)
      const text = entry.type === 'generation-ended' ? 'answer' : ''
      const steps = [
        [entry.type === 'generation-ended' ? entry.number : 0, 0, text, 'text'],
      ] as const
      const step = (state: RoomState) =>
        reduce(text === '' ? state : fold(state, steps[0], digest).state, entry)
      early = step(early)
      for (const [index, state] of late.entries()) late[index] = step(state)
    }
    expect(early.messages).toHaveLength(LIMITS.windowMessages)
    expect(late.length).toBeGreaterThan(10)
    for (const state of late) expect(state).toEqual(early)
  })
})
