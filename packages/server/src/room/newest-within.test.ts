import { describe, expect, it } from 'vitest'
import type { Message } from '@roomcast/shared/protocol'
import { newestWithin } from './newest-within.ts'

function said(...texts: string[]): Message[] {
  return texts.map((text, index) => ({
    kind: 'said',
    messageId: `m${index}`,
    offset: index + 1,
    at: 0,
    by: 'x',
    text,
    ask: false,
    withdrawn: false,
  }))
}

describe('[R7.1] the newest messages within a number of bytes', () => {
  it.each([
    ['all that fit exactly', ['aa', 'bb', 'cc'], 6, ['aa', 'bb', 'cc']],
    ['one byte less', ['aa', 'bb', 'cc'], 5, ['bb', 'cc']],
    ['bytes, not characters', ['a', '🎉', 'b'], 4, ['b']],
    ['no smaller one beyond one that does not fit', ['a', 'bbbb', 'c'], 3, ['c']],
    ['the newest, however long', ['a', 'bbbb'], 3, ['bbbb']],
    ['empty ones for nothing', ['', 'aa', ''], 2, ['', 'aa', '']],
    ['nothing of nothing', [], 3, []],
  ])('are %s', (_, texts, bytes, expected) => {
    expect(newestWithin(said(...texts), bytes).map(({ text }) => text)).toEqual(expected)
  })
})
