import type { Reply, Said } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { cutQuote, quoteOf, sourceOf } from './quote.ts'

const SAID: Said = {
  kind: 'said',
  messageId: 'm1',
  offset: 2,
  at: 1,
  by: 'a',
  text: ' Where is it? ',
  ask: true,
  withdrawn: false,
}
const REPLY: Reply = {
  kind: 'reply',
  generationId: 'g1',
  number: 1,
  offset: 3,
  at: 2,
  messageId: 'm1',
  by: 'a',
  mode: 'answer',
  model: 'm',
  text: 'HmHere.',
  end: 7,
  marks: [
    { kind: 'thinking', from: 0 },
    { kind: 'text', from: 2 },
  ],
  ended: null,
}

describe('a quote', () => {
  it('contains the selected passage or the whole message, and names its author', () => {
    expect(quoteOf(SAID, '')).toEqual({ of: 'm1', by: 'a', text: 'Where is it?' })
    expect(quoteOf(SAID, 'it')).toEqual({ of: 'm1', by: 'a', text: 'it' })
    expect(quoteOf(REPLY, '')).toEqual({ of: 'g1', text: 'Here.' })
    expect(quoteOf({ ...REPLY, text: '', end: 0, marks: [] }, ' ')).toBeNull()
  })

  it('is cut at the limit, never within a character, and ends with an ellipsis', () => {
    expect(cutQuote('abcdef', 6)).toBe('abcdef')
    expect(cutQuote('abcdefg', 6)).toBe('abcde…')
    expect(cutQuote('abcd👋efg', 6)).toBe('abcd…')
    expect(cutQuote('👋'.repeat(400)).length).toBeLessThanOrEqual(500)
  })

  it('differs from the copied text, which is the message or answer as written, without the thinking', () => {
    expect(sourceOf(REPLY)).toBe('Here.')
    expect(sourceOf(SAID)).toBe(' Where is it? ')
  })
})
