import type { Message, Mode, Reply, Said } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { replyAttempts } from './reply-attempts.ts'

let offset = 0
const said = (messageId: string): Said => ({
  kind: 'said',
  messageId,
  offset: (offset += 1),
  at: 1,
  by: 'ana',
  text: messageId,
  ask: true,
  withdrawn: false,
})
const reply = (number: number, messageId: string, mode: Mode = 'answer'): Reply => ({
  kind: 'reply',
  generationId: `g${number}`,
  number,
  offset: (offset += 1),
  at: 1,
  messageId,
  by: 'ana',
  mode,
  model: 'm',
  text: '',
  end: 0,
  marks: [],
  ended: null,
})

describe('the place of a reply', () => {
  it('is not mentioned right below its question', () => {
    expect(replyAttempts([said('a'), reply(1, 'a'), reply(2, 'a', 'continue')]).size).toBe(0)
  })

  it('names the question if another message lies between', () => {
    const [a, b] = [said('a'), said('b')]
    const places = replyAttempts([a, b, reply(1, 'a'), reply(2, 'b')])
    expect(places.get(1)?.question).toBe(a)
    expect(places.get(2)?.question).toBe(b)
    // A question that is not loaded cannot be shown.
    expect(replyAttempts([b, reply(3, 'a')]).size).toBe(0)
  })

  it('counts the attempts, and counts a continuation as part of its attempt', () => {
    const messages: Message[] = [
      said('a'),
      reply(1, 'a'),
      reply(2, 'a', 'continue'),
      reply(3, 'a', 'retry'),
    ]
    const attempts = [...replyAttempts(messages)].map(([number, { attempt, attempts: of }]) => [
      number,
      attempt,
      of,
    ])
    expect(attempts).toEqual([
      [1, 1, 2],
      [2, 1, 2],
      [3, 2, 2],
    ])
  })

  it('stays the same object as long as nothing changes', () => {
    const messages = [said('a'), said('b'), reply(1, 'a')]
    const before = replyAttempts(messages)
    const grown = messages.map((message) =>
      message.kind === 'reply' ? { ...message, text: 'more', end: 4 } : message,
    )
    expect(replyAttempts(grown, before)).toBe(before)
    const after = replyAttempts([...grown, said('c'), reply(2, 'c'), reply(3, 'b')], before)
    expect(after).not.toBe(before)
    expect(after.get(1)).toBe(before.get(1))
  })
})
