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
import { memberOf, messagesOf, nameOf, queuedQuestions } from './select.ts'

describe('views of a room', () => {
  test('list the waiting questions in order', () => {
    const room = aRoom([
      asked('a'),
      started(1, 'a'),
      asked('c'),
      queued('c'),
      asked('b'),
      queued('b'),
    ])
    expect(queuedQuestions(room).map(({ messageId }) => messageId)).toEqual(['c', 'b'])
  })

  test('have a placeholder name for an unknown member', () => {
    const bob = { type: 'member-joined', memberId: 'bob', name: 'Bob', role: 'member' } as const
    const room = aRoom([bob])
    expect([nameOf(room, 'bob'), nameOf(room, 'nobody')]).toEqual(['Bob', 'someone'])
    expect(memberOf(room, 'nobody')).toBeUndefined()
  })
})

describe('messages of a stretch of the log', () => {
  test('include replies with their text and outcome', () => {
    const marks = [{ kind: 'thinking', from: 0 }] as const
    const entries = entriesOf([asked('a'), started(7, 'a'), said('Hello'), ended(7, '🎉')], 31)
    const messages = messagesOf(entries, [{ number: 7, at: 0, text: '🎉', marks }])
    expect(messages).toMatchObject([
      { kind: 'said', offset: 31, text: 'a?' },
      { kind: 'reply', offset: 32, text: '🎉', end: 4, marks, ended: { outcome: 'completed' } },
      { kind: 'said', offset: 33, text: 'Hello' },
    ])
  })

  test('include a withdrawn question, marked as such', () => {
    const withdrawn = { type: 'question-withdrawn', messageId: 'a', by: 'alice' } as const
    expect(messagesOf(entriesOf([asked('a'), withdrawn]), [])).toMatchObject([{ withdrawn: true }])
  })

  test('may be more than the window of a room holds', () => {
    const drafts = Array.from({ length: 300 }, (_, index) => said(`message ${index}`))
    expect(messagesOf(entriesOf(drafts), [])).toHaveLength(300)
  })
})
