import type { Said } from '@roomcast/shared/protocol'
import { emptyRoom } from '@roomcast/shared/room'
import { expect, test } from 'vitest'
import { blockAt, blocksOf } from './message-blocks.ts'
import { linkTo, offsetIn } from '../message/message-link.ts'
import { unreadSince } from '../unread/unread.ts'

function said(offset: number, by = 'a'): Said {
  const messageId = `m${offset}`
  return { kind: 'said', messageId, offset, at: offset, by, text: '', ask: false, withdrawn: false }
}

const messages = Array.from({ length: 200 }, (_, index) => said(index + 1))
const sizes = (blocks: ReturnType<typeof blocksOf>) => blocks.map(({ messages }) => messages.length)

test('a message stays in its block, whatever comes before or after it', () => {
  const some = blocksOf(messages.slice(75, 160))
  expect(sizes(some)).toEqual([24, 50, 11])
  const all = blocksOf(messages, some)
  expect(sizes(all)).toEqual([49, 50, 50, 50, 1])
  expect(all[2]).toBe(some[1])
  expect(all[1]).not.toBe(some[0])
  expect(all.map(({ previousAt }) => previousAt)).toEqual([null, 49, 99, 149, 199])
  expect(blockAt(160)).toBe(some[2]?.key)
})

test('a change to a message replaces only its block', () => {
  const before = blocksOf(messages)
  const after = blocksOf(messages.with(60, { ...said(61), text: 'x' }), before)
  expect(after.map((block, index) => block === before[index])).toEqual([
    true,
    false,
    true,
    true,
    true,
  ])
})

test('later messages of others are unread', () => {
  const newest = [...messages.slice(100, 198), said(199, 'me'), said(200)]
  const state = { ...emptyRoom('r', 'e'), messages: newest, earlier: true, offset: 200 }
  expect(unreadSince(state, 197, 'me')).toEqual({ after: 197, count: 2, more: false })
  expect(unreadSince(state, 50, 'me')).toEqual({ after: 50, count: 99, more: true })
  expect(unreadSince(state, 100, 'me')).toMatchObject({ more: false })
  expect(unreadSince(state, 200, 'me')).toBeNull()
  expect(unreadSince(state, null, 'me')).toBeNull()
})

test('a message has an address', () => {
  const link = new URL(linkTo('room-1', 17, 'https://rooms.example.org'))
  expect(link.href).toBe('https://rooms.example.org/rooms/room-1?at=17')
  expect(offsetIn(link.searchParams.get('at'))).toBe(17)
  for (const at of [undefined, '', '-1', '1.5', 'x', ['1']]) expect(offsetIn(at)).toBeNull()
})
