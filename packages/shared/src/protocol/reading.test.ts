import { describe, expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { readEntries, readMessages, readState } from './reading.ts'
import type { Said } from './room-state.ts'
import { parseUpdate } from './update.ts'

const posted = (offset: number): Entry => ({
  type: 'message-posted',
  offset,
  at: 5,
  messageId: `m${offset}`,
  by: 'ana',
  text: 'Hello',
  ask: false,
})
const ended = {
  type: 'generation-ended',
  offset: 2,
  at: 5,
  generationId: 'g',
  number: 1,
  outcome: 'completed',
  end: 3,
  digest: 'd',
  held: false,
}
const usage = { inputTokens: 1, outputTokens: 1, estimated: false }
const said: Said = {
  kind: 'said',
  messageId: 'm',
  offset: 4,
  at: 5,
  by: 'ana',
  text: 'Hello',
  ask: false,
  withdrawn: false,
}
const state = {
  roomId: 'r',
  epoch: 'e',
  offset: 9,
  title: 'T',
  model: 'm',
  instructions: '',
  members: [{ memberId: 'ana', name: 'Ana', role: 'owner', joinedAt: 1 }],
  messages: [said],
  earlier: false,
  queue: [],
  held: false,
  running: null,
  hole: false,
  outdated: false,
}
/** Wrong values for any field. */
const ODD = [null, undefined, 7, -1, 1e300, 0.5, '', 'word', true, [], {}, [7], { a: { b: [] } }]

describe('[W3] an unreadable entry', () => {
  test.each(ODD)('keeps its place among the others: %j', (odd) => {
    const read = readEntries([posted(1), odd, { ...posted(3), text: odd }, posted(4)], null)
    expect(read?.map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
    expect(read?.[0]).toEqual(posted(1))
    expect(read?.[1]).toMatchObject({ type: 'unreadable', at: 0 })
    expect(read?.[3]).toEqual(posted(4))
    if (typeof odd !== 'string')
      expect(read?.[2]).toEqual({ offset: 3, at: 5, type: 'unreadable', was: 'message-posted' })
  })

  test.each([
    [{ usage: {} }, {}],
    [{ usage: null }, {}],
    [{ usage: { ...usage, inputTokens: -5 } }, {}],
    [{ usage: { ...usage, outputTokens: 1e300 } }, {}],
    [{ usage: 'word', stop: true, reason: 7 }, {}],
    [{ usage, stop: [], by: 7 }, { usage }],
    [{ error: { code: 1 } }, {}],
  ])('is read without its wrong optional fields: %j', (wrong, rest) => {
    expect(readEntries([{ ...ended, ...wrong }], null)).toEqual([{ ...ended, ...rest }])
  })

  test('with an outcome that is not known yet is read as failed', () => {
    const [read] = readEntries([{ ...ended, outcome: 'paused' }], null) ?? []
    expect(read).toMatchObject({ type: 'generation-ended', outcome: 'failed', end: 3 })
  })

  test('gets its place from its neighbours or from the position asked for, or else is left out', () => {
    const odd = { ...posted(1), offset: 'first' }
    const places = (input: unknown[], after: number | null) =>
      readEntries(input, after)?.map(({ offset }) => offset)
    expect(places([odd, odd, posted(7), odd], null)).toEqual([5, 6, 7, 8])
    expect(places([odd, odd], 3)).toEqual([4, 5])
    expect(places([odd, odd], null)).toEqual([])
    // An entry with a wrong offset gets the offset of its place in the list.
    expect(places([posted(7), posted(3), posted(9)], null)).toEqual([7, 8, 9])
  })

  test.each(ODD)('does not make its update unreadable: %j', (odd) => {
    for (const type of ['entries', 'tail']) {
      const update = { type, epoch: 'e', runs: [], entries: [odd, posted(2)] }
      const read = parseUpdate(update)
      expect(read).toMatchObject({ type, entries: [{ type: 'unreadable' }, posted(2)] })
    }
  })
})

describe('[W3] an unreadable part of a room', () => {
  test.each(ODD)('keeps its place, and the other messages are read: %j', (odd) => {
    const messages = [said, { ...said, offset: 6, by: odd, text: 7 }, { ...said, offset: 8 }]
    const read = readMessages(messages)
    expect(read?.map(({ offset }) => offset)).toEqual([4, 6, 8])
    expect(read?.[1]).toMatchObject({ unreadable: true, text: '', messageId: 'unreadable-6' })
    const whole = readState({ ...state, messages })
    expect(whole).toMatchObject({ offset: 9, outdated: true })
    expect(whole?.messages).toHaveLength(3)
  })

  test('without a readable offset is left out, and the room is outdated', () => {
    const read = parseUpdate({ type: 'snapshot', state: { ...state, messages: [said, 7, null] } })
    expect(read).toMatchObject({ state: { messages: [said], outdated: true } })
  })

  test.each(ODD)('is read without its wrong optional fields: %j', (odd) => {
    const wrong = { ...said, quote: odd, mentions: [{}], model: 7, editedAt: 'then' }
    expect(readMessages([wrong])).toEqual([said])
    expect(readState({ ...state, messages: [wrong] })).toMatchObject({ outdated: false })
  })

  test('may be a member, who is left out, and the room is outdated', () => {
    const members = [...state.members, { memberId: 7 }, null]
    expect(readState({ ...state, members })).toMatchObject({
      members: state.members,
      outdated: true,
    })
  })

  test.each(ODD)('may be the whole room, which is refused: %j', (odd) => {
    expect(readState(odd)).toBeNull()
    expect(
      readState({ ...state, epoch: odd === '' || typeof odd === 'string' ? 7 : odd }),
    ).toBeNull()
  })
})
