import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from '@roomcast/test/doubles/simulator-client.ts'
import { LARGEST_BODY_BYTES } from './body.ts'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant' })
})
afterAll(() => simulator.close())

const HEADERS = { authorization: 'Bearer test-key', 'anthropic-version': '2026-10-21' }
const USER = { role: 'user', content: 'Hello' }
const VALID = { model: 'claude-haiku-5-5', max_tokens: 100, messages: [USER] }

async function send(
  body: unknown,
  headers: Record<string, string> = HEADERS,
  path = '/v1/messages',
  method = 'POST',
) {
  const response = await fetch(simulator.url + path, {
    method,
    headers,
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return {
    status: response.status,
    requestId: response.headers.get('request-id'),
    body: (await response.json()) as { error?: { type: string; message: string } },
  }
}

describe('a request is refused', () => {
  const block = (count: number) =>
    Array.from({ length: count }, () => ({
      type: 'text',
      text: 'x',
      cache_control: { type: 'ephemeral' },
    }))

  test.each<[string, unknown, number, string, string]>([
    ['that is not JSON', '{"model":', 400, 'invalid_request_error', 'not valid JSON'],
    [
      'with half a surrogate pair',
      { ...VALID, messages: [{ role: 'user', content: [{ type: 'text', text: 'x\uD83D' }] }] },
      400,
      'invalid_request_error',
      'not valid JSON',
    ],
    ['that is no object', [1], 400, 'invalid_request_error', 'must be a JSON object'],
    [
      'without a model',
      { ...VALID, model: undefined },
      400,
      'invalid_request_error',
      'model: Field',
    ],
    ['for an unknown model', { ...VALID, model: 'gpt' }, 404, 'not_found_error', 'model: gpt'],
    [
      'without max_tokens',
      { ...VALID, max_tokens: undefined },
      400,
      'invalid_request_error',
      'max_tokens: Field required',
    ],
    ['for half a token', { ...VALID, max_tokens: 1.5 }, 400, 'invalid_request_error', 'integer'],
    ['for -1 tokens', { ...VALID, max_tokens: -1 }, 400, 'invalid_request_error', 'greater than'],
    ['for too many', { ...VALID, max_tokens: 128_001 }, 400, 'invalid_request_error', '> 128000'],
    ['without messages', { ...VALID, messages: [] }, 400, 'invalid_request_error', 'at least one'],
    [
      'with an unknown role',
      { ...VALID, messages: [{ role: 'tool', content: 'x' }] },
      400,
      'invalid_request_error',
      'messages.0.role',
    ],
    [
      'with an empty message',
      { ...VALID, messages: [{ role: 'user', content: '' }] },
      400,
      'invalid_request_error',
      'non-empty content',
    ],
    [
      'with an empty text block',
      { ...VALID, messages: [{ role: 'user', content: [{ type: 'text', text: ' ' }] }] },
      400,
      'invalid_request_error',
      'text content blocks must be non-empty',
    ],
    [
      'that ends with an assistant turn',
      { ...VALID, messages: [USER, { role: 'assistant', content: 'I was' }] },
      400,
      'invalid_request_error',
      'does not support assistant message prefill',
    ],
    ['with temperature', { ...VALID, temperature: 1 }, 400, 'invalid_request_error', 'temperature'],
    ['with top_p', { ...VALID, top_p: 0.9 }, 400, 'invalid_request_error', 'top_p'],
    ['with top_k', { ...VALID, top_k: 5 }, 400, 'invalid_request_error', 'top_k'],
    [
      'for budgeted thinking',
      { ...VALID, thinking: { type: 'enabled', budget_tokens: 1024 } },
      400,
      'invalid_request_error',
      '"thinking.type.enabled" is not supported',
    ],
    [
      'without thinking for a model that always thinks',
      { ...VALID, model: 'claude-opus-5-5', thinking: { type: 'disabled' } },
      400,
      'invalid_request_error',
      '"thinking.type.disabled" is not supported',
    ],
    [
      'with an unknown effort',
      { ...VALID, output_config: { effort: 'heroic' } },
      400,
      'invalid_request_error',
      'output_config.effort',
    ],
    [
      'with five cache marks',
      { ...VALID, system: block(5) },
      400,
      'invalid_request_error',
      'maximum of 4',
    ],
    [
      'longer than the context window',
      { ...VALID, messages: [{ role: 'user', content: 'word '.repeat(800_001) }] },
      400,
      'invalid_request_error',
      'prompt is too long',
    ],
    ['over 32 MB', ' '.repeat(LARGEST_BODY_BYTES + 1), 413, 'request_too_large', 'maximum size'],
  ])('%s', async (_, body, status, type, message) => {
    const answer = await send(body)
    expect(answer).toMatchObject({
      status,
      body: { type: 'error', error: { type }, request_id: answer.requestId },
    })
    expect(answer.body.error?.message).toContain(message)
  })

  test('without a key', async () => {
    const answer = await send(VALID, { 'anthropic-version': '2026-10-21' })
    expect(answer).toMatchObject({ status: 401, body: { error: { type: 'authentication_error' } } })
  })

  test('without a version', async () => {
    const answer = await send(VALID, { authorization: 'Bearer test-key' })
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.body.error?.message).toContain('anthropic-version')
  })

  test('at an unknown path, or with another method', async () => {
    expect(await send(VALID, HEADERS, '/v2/messages')).toMatchObject({ status: 404 })
    expect(await send(VALID, HEADERS, '/v1/messages', 'GET')).toMatchObject({ status: 405 })
  })
})

describe('a request is accepted', () => {
  test.each<[string, unknown]>([
    ['as it should be', VALID],
    ['with adaptive thinking', { ...VALID, thinking: { type: 'adaptive', display: 'summarized' } }],
    ['without thinking', { ...VALID, thinking: { type: 'disabled' } }],
    ['to warm the cache only', { ...VALID, max_tokens: 0 }],
    [
      'with a system message between others',
      { ...VALID, messages: [{ role: 'system', content: 'x' }, USER] },
    ],
  ])('%s', async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 200, body: { type: 'message' } })
  })

  test('with the older key header, and under a base path', async () => {
    const headers = { 'x-api-key': 'test-key', 'anthropic-version': '2026-10-21' }
    expect(await send(VALID, headers, '/some/proxy/v1/messages')).toMatchObject({ status: 200 })
  })
})

test('every response has a unique id', async () => {
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => (await send(VALID)).requestId),
  )
  expect(new Set(ids).size).toBe(10)
})

describe('other calls', () => {
  test('count_tokens counts like an answer', async () => {
    const client = clientOf(simulator.url)
    const prompt = {
      model: 'claude-haiku-5-5',
      system: 'Be brief.',
      messages: [{ role: 'user' as const, content: 'How many tokens are these?' }],
    }
    const counted = await client.messages.countTokens(prompt)
    const answered = await client.messages.create({ ...prompt, max_tokens: 10 })
    expect(counted.input_tokens).toBeGreaterThan(5)
    expect(answered.usage.input_tokens).toBe(counted.input_tokens)
  })

  test('models are listed with their limits, page by page', async () => {
    const client = clientOf(simulator.url)
    const models = []
    for await (const model of client.models.list({ limit: 2 })) models.push(model)
    expect(models.map((model) => model.id)).toEqual([
      'claude-opus-5-5',
      'claude-sonnet-5-5',
      'claude-haiku-5-5',
    ])
    for (const model of models) {
      expect(model).toMatchObject({ max_input_tokens: 1_000_000, max_tokens: 128_000 })
      expect(model.display_name).toMatch(/^Claude /)
      expect(model.capabilities?.thinking.types.adaptive.supported).toBe(true)
    }
  })

  test('one model is found by its id, another is not', async () => {
    const client = clientOf(simulator.url)
    expect(await client.models.retrieve('claude-haiku-5-5')).toMatchObject({ line: 'haiku' })
    await expect(client.models.retrieve('claude-none')).rejects.toMatchObject({ status: 404 })
  })
})
