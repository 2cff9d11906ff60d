import { describe, expect, it } from 'vitest'
import type { Chunk } from '../claude.ts'
import { ClaudeFailure } from '../claude.ts'
import { AnswerReader, CHANGES_OF_KIND, NAMED_UNKNOWN, WORDLESS_EVENTS } from './answer-reader.ts'

type Event = Readonly<Record<string, unknown>>

const begin = (block: unknown): Event => ({ type: 'content_block_start', content_block: block })
const grow = (delta: unknown): Event => ({ type: 'content_block_delta', index: 0, delta })
const end = (delta: unknown, usage?: unknown): Event => ({ type: 'message_delta', delta, usage })
const START: Event = {
  type: 'message_start',
  message: { usage: { input_tokens: 7, output_tokens: 1 } },
}
const STOP: Event = { type: 'message_stop' }

function read(...events: readonly Event[]): Chunk[] {
  const reader = new AnswerReader('req_1')
  return events.flatMap((data) =>
    reader.take({ event: String(data['type']), data: JSON.stringify(data) }),
  )
}
const wordsOf = (chunks: readonly Chunk[], kind: 'text' | 'thinking' = 'text') =>
  chunks.map((chunk) => (chunk.type === 'text' && chunk.kind === kind ? chunk.text : '')).join('')
const unknownOf = (chunks: readonly Chunk[]) =>
  chunks.flatMap((chunk) => (chunk.type === 'unknown' ? [chunk.name] : []))

describe('the text of an answer', () => {
  it.each([
    'text',
    'tool_use',
    'server_tool_use',
    'container_upload',
    'hologram',
    undefined,
    null,
    5,
  ])('in the start of a block is kept: %s', (type) => {
    const chunks = read(
      START,
      begin({ type, text: 'Hello ' }),
      grow({ type: 'text_delta', text: 'world.' }),
      STOP,
    )
    expect(wordsOf(chunks)).toBe('Hello world.')
    expect(wordsOf(chunks, 'thinking')).toBe('')
    expect(chunks).not.toContainEqual({ type: 'begun', kind: 'thinking' })
  })

  it('in the start of a thinking block is thinking', () => {
    const chunks = read(
      begin({ type: 'thinking', thinking: 'Hm, ' }),
      grow({ type: 'thinking_delta', thinking: 'so.' }),
      begin({ type: 'redacted_thinking', data: 'x' }),
      begin({ type: 'text', text: 'Yes' }),
    )
    expect(wordsOf(chunks, 'thinking')).toBe('Hm, so.')
    expect(wordsOf(chunks)).toBe('Yes')
  })

  it('in the start of the message is kept', () => {
    const message = { content: [null, { type: 'text', text: 'Hello ' }, 5, 'x'] }
    const chunks = read(
      { type: 'message_start', message },
      grow({ type: 'text_delta', text: 'you.' }),
    )
    expect(wordsOf(chunks)).toBe('Hello you.')
  })

  it('in an unknown delta is text, but thinking within a thinking block', () => {
    const strange = grow({ type: 'dream_delta', text: 'so ' })
    const chunks = read(
      strange,
      begin({ type: 'thinking' }),
      strange,
      begin({ type: 'text' }),
      strange,
    )
    expect(wordsOf(chunks)).toBe('so so ')
    expect(wordsOf(chunks, 'thinking')).toBe('so ')
    expect(unknownOf(chunks)).toEqual(['delta:dream_delta'])
  })

  it('is read without types or index, from blocks begun twice, after a stop, and from unknown events', () => {
    const chunks = read(
      grow({ text: 'One ' }),
      { type: 'content_block_stop', index: 3 },
      begin({ type: 'text' }),
      begin({ type: 'text' }),
      grow({ type: 'text_delta', text: 'two ' }),
      { type: 'toString', delta: { text: 'three.' } },
    )
    expect(wordsOf(chunks)).toBe('One two three.')
    expect(unknownOf(chunks)).toEqual(['delta:nameless', 'event:toString'])
  })

  it.each([null, undefined, 5, true, [], {}, { value: 'x' }, ''])(
    'is empty if it is %j',
    (text) => {
      const chunks = read(
        START,
        begin({ type: 'text', text }),
        grow({ type: 'text_delta', text }),
        STOP,
      )
      expect(chunks.map(({ type }) => type)).toEqual(['accepted', 'begun', 'stopped'])
    },
  )
})

describe('the type of an event', () => {
  const take = (event: string | null, data: string) => new AnswerReader(null).take({ event, data })

  it('may be in its data or beside it', () => {
    const data = JSON.stringify(grow({ type: 'text_delta', text: 'Yes.' }))
    expect(wordsOf(take(null, data))).toBe('Yes.')
    expect(wordsOf(take('message', data))).toBe('Yes.')
    expect(
      wordsOf(take('content_block_delta', data.replace('"type":"content_block_delta",', ''))),
    ).toBe('Yes.')
    expect(wordsOf(take('content_block_delta', data.replace('"content_block_delta"', '5')))).toBe(
      'Yes.',
    )
  })

  it.each(['', 'null', '5', '[]', '{}'])('`message_stop` needs no data: %j', (data) => {
    expect(take('message_stop', data)).toContainEqual({
      type: 'stopped',
      stop: 'end_turn',
      inputTokens: null,
      outputTokens: null,
    })
  })

  it('may come with any data if it is unknown', () => {
    expect(unknownOf(take('tick', 'no JSON'))).toEqual(['event:tick'])
    expect(take('ping', 'no JSON')).toEqual([])
  })

  it.each([null, 'content_block_delta', 'message_stop'])(
    'with invalid JSON fails the answer: %s',
    (event) => {
      expect(() => take(event, '{"type"')).toThrow(ClaudeFailure)
    },
  )

  it('is reported once if it is unknown, and never at length', () => {
    const strange = (type: unknown) => begin({ type })
    expect(unknownOf(read(strange('hologram'), strange('hologram')))).toEqual(['block:hologram'])
    expect(unknownOf(read(strange('x'.repeat(65)), strange('a b')))).toEqual(['block:nameless'])
    const many = Array.from({ length: 50 }, (_, index) => strange(`new_${index}`))
    expect(unknownOf(read(...many))).toHaveLength(NAMED_UNKNOWN)
  })
})

describe('usage', () => {
  const stopped = (...events: readonly Event[]) => read(...events, STOP).at(-1)

  it.each([undefined, null, {}, [], 5, 'many', { output_tokens: null }])(
    'that is %j counts as not reported',
    (usage) => {
      const chunks = read({ type: 'message_start', message: { usage } }, end({}, usage), STOP)
      expect(chunks[0]).toEqual({ type: 'accepted', requestId: 'req_1', inputTokens: null })
      expect(chunks.at(-1)).toMatchObject({ inputTokens: null, outputTokens: null })
    },
  )

  it.each([
    [-5, null],
    [1e300, null],
    ['12', null],
    ['a word', null],
    [true, null],
    [[3], null],
    [2.4, 2],
    [0, 0],
    [7, 7],
  ])('of %j is %j', (tokens, counted) => {
    expect(stopped(START, end({}, { output_tokens: tokens, input_tokens: tokens }))).toMatchObject({
      outputTokens: counted,
      inputTokens: counted ?? 7,
    })
  })

  it('is the last value reported, including cached tokens; the first event has only a placeholder for output', () => {
    expect(stopped(START)).toMatchObject({ inputTokens: 7, outputTokens: null })
    expect(
      stopped(START, end({}, { output_tokens: 3 }), end(null, { output_tokens: 9 })),
    ).toMatchObject({
      inputTokens: 7,
      outputTokens: 9,
    })
    const cached = { input_tokens: 1, cache_read_input_tokens: 20, cache_creation_input_tokens: -3 }
    expect(stopped({ type: 'message_start', message: { usage: cached } })).toMatchObject({
      inputTokens: 21,
    })
  })
})

describe('the stop reason', () => {
  it.each([true, null, undefined, 5, {}, '', 'two words', 'x'.repeat(65)])(
    'is ignored if it is %j',
    (stop_reason) => {
      expect(read(end({ stop_reason }), STOP).at(-1)).toMatchObject({ stop: 'end_turn' })
    },
  )

  it('is any single word, even an unknown one', () => {
    expect(read(end({ stop_reason: 'refusal' }), STOP).at(-1)).toMatchObject({ stop: 'refusal' })
    expect(read(end({ stop_reason: 'bored' }), end(5), STOP).at(-1)).toMatchObject({
      stop: 'bored',
    })
  })
})

describe('an answer without progress', () => {
  it('is given up after too many events without text', () => {
    const reader = new AnswerReader(null)
    const frame = { event: 'ping', data: '' }
    for (let count = 0; count < WORDLESS_EVENTS; count++) reader.take(frame)
    expect(() => reader.take(frame)).toThrow(ClaudeFailure)
  })

  it('loses thinking, never text, if it switches between them endlessly', () => {
    const both = [
      grow({ type: 'thinking_delta', thinking: 'a' }),
      grow({ type: 'text_delta', text: 'b' }),
    ]
    const times = CHANGES_OF_KIND * 2
    const chunks = read(...Array.from({ length: times }, () => both).flat())
    expect(wordsOf(chunks)).toHaveLength(times)
    expect(wordsOf(chunks, 'thinking')).toHaveLength(CHANGES_OF_KIND / 2)
  })
})

describe('an error in the stream', () => {
  const failure = (event: string | null, data: string) => {
    try {
      new AnswerReader('req_9').take({ event, data })
    } catch (error) {
      return error
    }
    throw new Error('it did not fail')
  }

  it.each([
    [
      'error',
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      'overloaded',
    ],
    [null, '{"type":"error","error":{"type":"rate_limit_error"}}', 'rate-limited'],
    ['error', '{"error":{"type":"billing_error"}}', 'billing'],
    ['error', '{"error":{"type":"toString"}}', 'upstream'],
    ['error', '{"error":null}', 'upstream'],
    ['error', '{"error":{"type":5,"message":{}}}', 'upstream'],
    ['error', 'Bad gateway', 'upstream'],
    ['error', '', 'upstream'],
  ])('%s %s is %s', (event, data, code) => {
    const error = failure(event, data)
    expect(error).toBeInstanceOf(ClaudeFailure)
    expect(error).toMatchObject({ code, requestId: 'req_9' })
  })
})
