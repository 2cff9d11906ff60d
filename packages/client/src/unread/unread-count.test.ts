import type { Message, RoomSummary } from '@roomcast/shared/protocol'
import { expect, it } from 'vitest'
import { mayHaveUnread, unreadIn } from './unread-count.ts'

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

it('a room may have unread messages only if it was opened before and has changed since', () => {
  expect(mayHaveUnread(room('a', { offset: 5 }), 4)).toBe(true)
  expect(mayHaveUnread(room('a', { offset: 5 }), 5)).toBe(false)
  expect(mayHaveUnread(room('a', { offset: 5 }), null)).toBe(false)
  expect(mayHaveUnread(room('a'), 1)).toBe(false)
})

it('messages of others are unread, and a mention of this member is marked', () => {
  const messages = [said(3, 'bo'), said(4, 'bo'), said(5, 'ana'), said(6, 'bo', ['ana'])]
  const unread = (page: readonly Message[], later = false) =>
    unreadIn({ messages: page, later }, 3, 'ana')
  expect(unread(messages)).toEqual({ count: 2, more: false, mention: true })
  expect(unread(messages.slice(0, 3), true)).toEqual({ count: 1, more: true, mention: false })
  expect(unread([said(5, 'ana')])).toBeNull()
  expect(unread([{ ...said(5, 'bo'), retractedBy: 'bo' } as Message])).toBeNull()
})
