import type { RoomSummary } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import type { UnreadCount } from '../unread/unread-count.ts'
import { inOrder, matching, nextUnread } from './room-order.ts'

const room = (roomId: string, more: Partial<RoomSummary> = {}): RoomSummary => ({
  roomId,
  title: roomId,
  role: 'member',
  at: 1,
  running: false,
  ...more,
})
describe('the list of rooms', () => {
  it('has the rooms in which Claude is answering first, then the most recently used ones', () => {
    const rooms = [room('old', { at: 1 }), room('new', { at: 3 }), room('live', { running: true })]
    expect(inOrder(rooms).map(({ roomId }) => roomId)).toEqual(['live', 'new', 'old'])
  })

  it('leads from one room with unread messages to the next and wraps around', () => {
    const order = [room('a'), room('b'), room('c'), room('d')]
    const unread = new Map<string, UnreadCount>([
      ['b', { count: 1, more: false, mention: false }],
      ['d', { count: 1, more: false, mention: false }],
    ])
    expect(nextUnread(order, unread, 'a', 1)).toBe('b')
    expect(nextUnread(order, unread, 'b', 1)).toBe('d')
    expect(nextUnread(order, unread, 'd', 1)).toBe('b')
    expect(nextUnread(order, unread, 'a', -1)).toBe('d')
    expect(nextUnread(order, unread, null, 1)).toBe('b')
    expect(nextUnread(order, unread, null, -1)).toBe('d')
    expect(nextUnread(order, new Map(), 'a', 1)).toBeNull()
  })

  it('is filtered by all typed words', () => {
    const rooms = [room('Weekly planning'), room('Plan B')]
    expect(matching(rooms, 'PLAN')).toHaveLength(2)
    expect(matching(rooms, 'plan week')).toEqual([rooms[0]])
    expect(matching(rooms, '')).toHaveLength(2)
  })
})
