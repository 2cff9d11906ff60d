import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { asking, clientOf, read, textOf, until } from '@roomcast/test/doubles/simulator-client.ts'
import { SCENARIOS } from './scenarios.ts'
import { startSimulator, type Simulator } from './simulator.ts'
import type { StreamEvent } from './wire.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant', seed: 7 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

describe('a normal answer', () => {
  test('has the event order of the real service and is recorded as sent', async () => {
    const { events, text } = await read(clientOf(simulator.url), 'How does streaming work?')
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
    expect(text.length).toBeGreaterThan(800)
    await until(() => simulator.requests[0]?.end === 'completed', 'the answer is completed')
    expect(simulator.requests[0]).toMatchObject({ text, status: 200, scenario: 'normal' })
    expect(simulator.requests[0]?.headers['authorization']).toBe('Bearer …')
    expect(simulator.requests[0]?.body).toMatchObject({ stream: true, max_tokens: 4000 })
  })

  test('has only events whose types the SDK knows', () => {
    expectTypeOf<StreamEvent>().toExtend<RawMessageStreamEvent>()
  })

  test('is the same message through the raw stream, the helper and without a stream', async () => {
    const client = clientOf(simulator.url)
    const question = 'How does a room work? [simulate: thinking=summarized]'
    const raw = await read(client, question)
    simulator.reset()
    const helped = await client.messages.stream(asking(question)).finalMessage()
    simulator.reset()
    const whole = await client.messages.create(asking(question))
    expect(helped).toMatchObject({ ...whole })
    expect(textOf(whole)).toBe(raw.text)
    expect(whole.content.map((block) => block.type)).toEqual(['thinking', 'text'])
    expect(whole).toMatchObject({ stop_reason: 'end_turn', model: 'claude-sonnet-5-5' })
  })

  test('has a placeholder count in message_start and cumulative numbers at its end', async () => {
    const { events } = await read(clientOf(simulator.url), 'Count.')
    const start = events.find((event) => event.type === 'message_start')
    const ending = events.find((event) => event.type === 'message_delta')
    expect(start?.message.usage.output_tokens).toBeLessThanOrEqual(7)
    expect(ending?.usage.output_tokens).toBeGreaterThan(200)
    expect(ending?.usage.input_tokens).toBe(start?.message.usage.input_tokens)
  })

  test('is cut at max_tokens and at stop sequences', async () => {
    const client = clientOf(simulator.url)
    const short = await client.messages.create(asking('Cook something', 60))
    expect(short.stop_reason).toBe('max_tokens')
    expect(short.usage.output_tokens).toBeLessThanOrEqual(60)
    const stopped = await client.messages.create({
      ...asking('Cook something'),
      stop_sequences: ['simulated'],
    })
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'simulated' })
    expect(textOf(stopped)).toBe('*This is a ')
  })

  test('reads a long prompt from the cache the second time', async () => {
    const client = clientOf(simulator.url)
    const system = [
      {
        type: 'text' as const,
        text: 'Be brief. '.repeat(1000),
        cache_control: { type: 'ephemeral' as const },
      },
    ]
    const first = await client.messages.create({ ...asking('One'), system })
    const second = await client.messages.create({ ...asking('Two'), system })
    expect(first.usage).toMatchObject({
      cache_creation_input_tokens: 2500,
      cache_read_input_tokens: 0,
    })
    expect(second.usage).toMatchObject({
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2500,
    })
  })
})

describe('chance', () => {
  test('gives the same bytes for the same seed and different bytes for another', async () => {
    const bodies: string[] = []
    for (const seed of [3, 3, 4]) {
      const other = await startSimulator({ pace: 'fast', seed })
      bodies.push(await bodyOf(other.url), await bodyOf(other.url))
      await other.close()
    }
    const [first, second, sameFirst, sameSecond, otherFirst] = bodies
    expect([sameFirst, sameSecond]).toEqual([first, second])
    expect(second).not.toBe(first)
    expect(otherFirst).not.toBe(first)
  })
})

describe('a client that disconnects', () => {
  test('is noticed, and nothing more is written', async () => {
    const stream = await clientOf(simulator.url).messages.create({
      ...asking('Tell me everything. [simulate: gap=1 length=100000]', 100_000),
      stream: true,
    })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    await until(() => simulator.requests[0]?.closedByClientAt != null, 'the close is noticed')
    const bytes = simulator.requests[0]?.bytes
    await read(clientOf(simulator.url), 'Something else meanwhile [simulate: gap=1]')
    expect(simulator.requests[0]).toMatchObject({
      end: 'closed-by-client',
      bytes,
      bytesAfterClose: 0,
    })
    expect(simulator.stats).toMatchObject({ closedByClient: 1, bytesAfterClose: 0 })
  })

  test('is noticed even before the headers', async () => {
    const controller = new AbortController()
    const reading = read(clientOf(simulator.urlFor('no-headers')), 'Hello?', controller)
    await until(() => simulator.requests[0]?.scenario === 'no-headers', 'the request arrived')
    controller.abort()
    await reading
    await until(() => simulator.stats.closedByClient === 1, 'the close is noticed')
    expect(simulator.stats.open).toBe(0)
  })
})

describe('over HTTP', () => {
  test('requests, stats, scenarios and reset are available', async () => {
    await read(clientOf(simulator.url), 'Hello')
    await until(() => simulator.stats.completed === 1, 'the answer is completed')
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${simulator.url}/simulator/${path}`)).json()
    expect(await get('requests')).toEqual({
      requests: JSON.parse(JSON.stringify(simulator.requests)) as unknown,
    })
    expect(await get('stats')).toMatchObject({ requests: 1, open: 0, completed: 1, mostOpen: 1 })
    expect(await get('scenarios')).toEqual({
      scenarios: JSON.parse(JSON.stringify(SCENARIOS)) as unknown,
    })
    await fetch(`${simulator.url}/simulator/reset`, { method: 'POST' })
    expect(await get('stats')).toMatchObject({ requests: 0, completed: 0 })
  })
})

test('a scenario in the message overrides the path, and the path overrides the default', async () => {
  const other = await startSimulator({ pace: 'instant', scenario: 'server-error' })
  const byDefault = await read(clientOf(other.url), 'Hello')
  expect(byDefault.error).toMatchObject({ status: 500 })
  const byPath = await read(clientOf(other.urlFor('overloaded')), 'Hello')
  expect(byPath.error).toMatchObject({ status: 529 })
  const byMessage = await read(clientOf(other.urlFor('overloaded')), 'Hi [simulate: forbidden]')
  expect(byMessage.error).toMatchObject({ status: 403 })
  await other.close()
})

test('an unknown scenario is refused in the path and at start, and ignored in a message', async () => {
  await expect(startSimulator({ scenario: 'nonsense' })).rejects.toThrow('nonsense')
  const byPath = await read(clientOf(simulator.urlFor('nonsense')), 'Hello')
  expect(byPath.error).toMatchObject({ status: 404 })
  const byMessage = await read(clientOf(simulator.url), 'Hello [simulate: nonsense]')
  expect(byMessage.stopped).toBe(true)
})

test('closing ends running answers', async () => {
  const other = await startSimulator({ pace: 'instant', scenario: 'stall' })
  const reading = read(clientOf(other.url), 'What happens when the lights go out?')
  await until(() => other.requests[0]?.textDeltas === 5, 'the answer is running')
  await other.close()
  expect((await reading).stopped).toBe(false)
  expect(other.requests[0]?.end).toBe('shutdown')
})

async function bodyOf(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-key', 'anthropic-version': '2026-10-21' },
    body: JSON.stringify({ ...asking('Tell me a story'), stream: true }),
  })
  return await response.text()
}
