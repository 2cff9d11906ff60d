import type { Message, RoomSummary } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { type Fresh, freshOf, inOrder, matching, mayBeNew, nextFresh } from './rooms.ts'

const room = (roomId: string, more: Partial<RoomSummary> = {}): RoomSummary => ({
  roomId,
  title: roomId,
  role: 'member',
  at: 1,
  running: false,
  ...more,
})
const said = (offset: number, by: string, mentions: readonly string[] = []): Message => ({
  kind: 'said',
  messageId: `m${offset}`,
  offset,
  at: 1,
  by,
  text: '',
  ask: false,
  withdrawn: false,
  mentions,
})

describe('my rooms', () => {
  it('stand with those first in which Claude is answering, then as last used', () => {
    const rooms = [room('old', { at: 1 }), room('new', { at: 3 }), room('live', { running: true })]
    expect(inOrder(rooms).map(({ roomId }) => roomId)).toEqual(['live', 'new', 'old'])
  })

  it('may have something new only where they have been looked at and have moved since', () => {
    expect(mayBeNew(room('a', { offset: 5 }), 4)).toBe(true)
    expect(mayBeNew(room('a', { offset: 5 }), 5)).toBe(false)
    expect(mayBeNew(room('a', { offset: 5 }), null)).toBe(false)
    expect(mayBeNew(room('a'), 1)).toBe(false)
  })

  it('count what others have said, and mark where this member is called', () => {
    const messages = [said(3, 'bo'), said(4, 'bo'), said(5, 'ana'), said(6, 'bo', ['ana'])]
    const fresh = (page: readonly Message[], later = false) =>
      freshOf({ messages: page, later }, 3, 'ana')
    expect(fresh(messages)).toEqual({ count: 2, more: false, mention: true })
    expect(fresh(messages.slice(0, 3), true)).toEqual({ count: 1, more: true, mention: false })
    expect(fresh([said(5, 'ana')])).toBeNull()
    expect(fresh([{ ...said(5, 'bo'), retractedBy: 'bo' } as Message])).toBeNull()
  })

  it('lead from one with something new to the next, around the list', () => {
    const order = [room('a'), room('b'), room('c'), room('d')]
    const fresh = new Map<string, Fresh>([
      ['b', { count: 1, more: false, mention: false }],
      ['d', { count: 1, more: false, mention: false }],
    ])
    expect(nextFresh(order, fresh, 'a', 1)).toBe('b')
    expect(nextFresh(order, fresh, 'b', 1)).toBe('d')
    expect(nextFresh(order, fresh, 'd', 1)).toBe('b')
    expect(nextFresh(order, fresh, 'a', -1)).toBe('d')
    expect(nextFresh(order, fresh, null, 1)).toBe('b')
    expect(nextFresh(order, fresh, null, -1)).toBe('d')
    expect(nextFresh(order, new Map(), 'a', 1)).toBeNull()
  })

  it('are found by all words of what is typed', () => {
    const rooms = [room('Weekly planning'), room('Plan B')]
    expect(matching(rooms, 'PLAN')).toHaveLength(2)
    expect(matching(rooms, 'plan week')).toEqual([rooms[0]])
    expect(matching(rooms, '')).toHaveLength(2)
  })
})
