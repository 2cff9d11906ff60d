import Anthropic from '@anthropic-ai/sdk'
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant', seed: 7 })
})
afterAll(() => simulator.close())

function client(baseURL = simulator.url): Anthropic {
  return new Anthropic({ apiKey: 'test-key', baseURL, maxRetries: 0, logLevel: 'off' })
}

function asking(text: string) {
  return {
    model: 'claude-sonnet-5-5',
    max_tokens: 4000,
    messages: [{ role: 'user' as const, content: text }],
  }
}

async function rawEvents(text: string, baseURL?: string): Promise<RawMessageStreamEvent[]> {
  const stream = await client(baseURL).messages.create({ ...asking(text), stream: true })
  const events: RawMessageStreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

function textOf(events: readonly RawMessageStreamEvent[]): string {
  return events
    .map((event) =>
      event.type === 'content_block_delta' && event.delta.type === 'text_delta'
        ? event.delta.text
        : '',
    )
    .join('')
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in 5 s')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

describe('a normal answer', () => {
  test('comes in the order of the real service and is recorded as sent', async () => {
    simulator.reset()
    const events = await rawEvents('How does streaming work?')
    const kinds = events.map((event) => event.type).filter((kind, at, all) => kind !== all[at - 1])
    expect(kinds).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    const text = textOf(events)
    expect(text).toMatch(/^\*This is a simulated model/)
    expect(text).toContain('How does streaming work?')
    expect(text.length).toBeGreaterThan(800)
    await until(() => simulator.requests[0]?.end === 'completed')
    expect(simulator.requests[0]).toMatchObject({ text, status: 200, scenario: 'normal' })
    expect(simulator.requests[0]?.headers['authorization']).toBe('Bearer …')
  })

  test('is the same message through the raw stream, the helper and without a stream', async () => {
    const texts: string[] = []
    for (const seed of ['seed=1', 'seed=1', 'seed=1']) {
      simulator.reset()
      const ask = asking(`How does a room work? [simulate: ${seed} thinking=summarized]`)
      if (texts.length === 0) {
        const stream = await client().messages.create({ ...ask, stream: true })
        let text = ''
        for await (const event of stream) text += textOf([event])
        texts.push(text)
      } else {
        const message =
          texts.length === 1
            ? await client().messages.stream(ask).finalMessage()
            : await client().messages.create(ask)
        expect(message.stop_reason).toBe('end_turn')
        expect(message.content.map((block) => block.type)).toEqual(['thinking', 'text'])
        texts.push(
          message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        )
      }
    }
    expect(new Set(texts).size).toBe(1)
  })
})

test('a client that goes away is noticed, and nothing is written after it', async () => {
  simulator.reset()
  const stream = await client().messages.create({
    ...asking('Tell me everything. [simulate: pace=fast length=100000]'),
    max_tokens: 100_000,
    stream: true,
  })
  for await (const event of stream) if (event.type === 'content_block_delta') break
  await until(() => simulator.requests[0]?.closedByClientAt !== null)
  const bytes = simulator.requests[0]?.bytes
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(simulator.requests[0]).toMatchObject({
    end: 'closed-by-client',
    bytes,
    bytesAfterClose: 0,
  })
  expect(simulator.stats).toMatchObject({ open: 0, closedByClient: 1, bytesAfterClose: 0 })
})
