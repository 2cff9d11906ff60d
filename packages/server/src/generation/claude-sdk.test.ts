import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SCENARIOS, type Scenario, type Simulator, startSimulator } from '@roomcast/simulator'
import { ENDLESS, HOW_IT_FAILS } from '@roomcast/test/doubles/scenario-failures.ts'
import type { Chunk, FailureCode, Prompt } from './claude.ts'
import { ClaudeFailure, FAILURES } from './claude.ts'
import { ClaudeSdk } from './claude-sdk.ts'

const FIRST_EVENT_MS = 1500
const SILENCE_MS = 1500

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant' })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const prompt: Prompt = {
  model: 'claude-opus-5-5',
  maxTokens: 4000,
  thinking: false,
  system: 'Be brief.',
  turns: [
    { role: 'user', parts: ['One?', 'Two?'] },
    { role: 'assistant', parts: ['Three.'] },
    { role: 'user', parts: ['How do you debug a flaky test?'] },
    { role: 'assistant', parts: ['Four.'] },
    { role: 'user', parts: ['Well.', 'And how do you debug two?'] },
  ],
}

function claudeAt(baseUrl: string, apiKey = 'key'): ClaudeSdk {
  return new ClaudeSdk({ apiKey, baseUrl, firstEventMs: FIRST_EVENT_MS, silenceMs: SILENCE_MS })
}

interface Answer {
  readonly chunks: readonly Chunk[]
  readonly failure: unknown
}

/** Reads an answer to its end, or aborts it once `enough` says so. */
async function ask(
  choice: string,
  enough: (chunk: Chunk) => boolean = () => false,
): Promise<Answer> {
  const controller = new AbortController()
  const chunks: Chunk[] = []
  try {
    const answer = claudeAt(simulator.urlFor(choice)).ask(prompt, controller.signal)
    for await (const chunk of answer) {
      chunks.push(chunk)
      if (enough(chunk)) controller.abort()
    }
    return { chunks, failure: null }
  } catch (failure) {
    return { chunks, failure }
  }
}

const textOf = (chunks: readonly Chunk[], kind: 'thinking' | 'text' = 'text') =>
  chunks.map((chunk) => (chunk.type === 'text' && chunk.kind === kind ? chunk.text : '')).join('')

async function record() {
  await expect.poll(() => simulator.requests.at(-1)?.endedAt).not.toBeNull()
  const found = simulator.requests.at(-1)
  if (!found) throw new Error('no request was recorded')
  return found
}

const WILL_NOT_PASS: readonly FailureCode[] = [
  'invalid-request',
  'authentication',
  'billing',
  'permission',
  'unknown-model',
  'too-large',
]

const isWhole = ({ nature }: Scenario) => nature === 'harmless' || nature === 'after-stop'

describe('an answer of Claude', () => {
  it.each(SCENARIOS.filter(isWhole).map(({ name, description }) => [name, description]))(
    'is whole: %s (%s)',
    async (name) => {
      const { chunks, failure } = await ask(`${name} hold=150 ping=50`)
      expect(failure).toBeNull()
      const { text, scenario, bytesAfterClose } = await record()
      expect(scenario).toBe(name)
      expect(textOf(chunks)).toBe(text)
      expect(chunks[0]).toMatchObject({
        type: 'accepted',
        requestId: expect.stringMatching('req_'),
      })
      expect(chunks.at(-1)).toMatchObject({ type: 'stopped', stop: expect.any(String) })
      expect(chunks.filter(({ type }) => type === 'stopped')).toHaveLength(1)
      expect(bytesAfterClose).toBe(0)
    },
  )

  it.each(Object.entries(HOW_IT_FAILS))('[R2.5] fails: %s is %s', async (name, code) => {
    const { chunks, failure } = await ask(name)
    expect(failure).toBeInstanceOf(ClaudeFailure)
    expect(failure).toMatchObject({ code, retryable: !WILL_NOT_PASS.includes(code) })
    // Text before the fault is kept; a connection reset may lose the last of it in transit.
    const { text } = await record()
    expect(text.startsWith(textOf(chunks))).toBe(true)
    if (name !== 'reset') expect(textOf(chunks)).toBe(text)
  })

  it.each(ENDLESS)('continues as long as pings arrive: %s', async (name) => {
    const controller = new AbortController()
    const answer = claudeAt(simulator.urlFor(`${name} ping=50`)).ask(prompt, controller.signal)
    const chunks: Chunk[] = []
    const reading = (async () => {
      for await (const chunk of answer) chunks.push(chunk)
    })()
    await expect.poll(() => chunks.length).toBeGreaterThan(1)
    const { bytes } = simulator.requests[0] ?? { bytes: 0 }
    await expect.poll(() => simulator.requests[0]?.bytes).toBeGreaterThan(bytes + 200)
    expect(simulator.requests[0]?.end).toBe('open')
    controller.abort()
    await reading
    expect(chunks.some(({ type }) => type === 'stopped')).toBe(false)
    expect((await record()).closedByClientAt).not.toBeNull()
  })

  it('has an expectation for every scenario', () => {
    const known = [...SCENARIOS.filter(isWhole).map(({ name }) => name), ...ENDLESS]
    const all = [...known, ...Object.keys(HOW_IT_FAILS)].sort()
    expect(all).toEqual(SCENARIOS.map(({ name }) => name).sort())
  })

  it.each([
    ['max-tokens', 'max_tokens'],
    ['refusal', 'refusal'],
    ['context-window', 'model_context_window_exceeded'],
    ['stop-sequence', 'stop_sequence'],
    ['pause-turn', 'pause_turn'],
    ['normal', 'end_turn'],
  ])('has the reason that Claude stopped for: %s', async (name, stop) => {
    const { chunks } = await ask(name)
    expect(chunks.at(-1)).toMatchObject({ stop })
  })

  it('distinguishes thinking from text, and reports silent thinking when it begins', async () => {
    const shown = await ask('thinking-summarized')
    expect(textOf(shown.chunks, 'thinking')).not.toBe('')
    const silent = await ask('thinking-omitted')
    expect(textOf(silent.chunks, 'thinking')).toBe('')
    for (const { chunks } of [shown, silent])
      expect(chunks.filter(({ type }) => type === 'begun')).toEqual([
        { type: 'begun', kind: 'thinking' },
        { type: 'begun', kind: 'text' },
      ])
  })

  it('passes on how long Claude asks to wait', async () => {
    const wish = async (choice: string) =>
      ((await ask(choice)).failure as ClaudeFailure).retryAfterMs
    expect(await wish('rate-limited')).toBeNull()
    expect(await wish('rate-limited-seconds')).toBe(1000)
    expect(await wish('rate-limited-ms')).toBe(50)
    expect(await wish('rate-limited-long')).toBe(90_000)
  })

  it('takes one request, whatever goes wrong', async () => {
    await ask('overloaded')
    await ask('reset')
    expect(simulator.requests).toHaveLength(2)
    expect(simulator.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual([
      '0',
      '0',
    ])
  })

  it('that fails reveals nothing that was sent or received', async () => {
    for (const name of ['bad-request', 'bad-gateway', 'error', 'malformed']) {
      const { failure } = await ask(name)
      expect(failure).toBeInstanceOf(ClaudeFailure)
      const { message, requestId, code } = failure as ClaudeFailure
      expect(message).toBe(FAILURES[code])
      expect(requestId ?? 'req_').toMatch(/^req_\w*$/)
      expect((failure as ClaudeFailure).cause).toBeUndefined()
    }
  })
})

describe('[R3.2] aborting', () => {
  it('closes the connection at once, and ends quietly', async () => {
    const { failure } = await ask('normal gap=20 chunk=5', (chunk) => chunk.type === 'text')
    expect(failure).toBeNull()
    const { end, closedByClientAt, bytesAfterClose, text, stopped } = await record()
    expect({ end, bytesAfterClose, stopped }).toEqual({
      end: 'closed-by-client',
      bytesAfterClose: 0,
      stopped: false,
    })
    expect(closedByClientAt).not.toBeNull()
    // A few 5-character deltas may arrive while the socket closes.
    expect(text.length).toBeLessThan(200)
    expect(simulator.stats.open).toBe(0)
  })

  it('before the first event also ends quietly', async () => {
    const controller = new AbortController()
    const answer = claudeAt(simulator.urlFor('no-headers')).ask(prompt, controller.signal)
    const reading = (async () => {
      for await (const chunk of answer) throw new Error(`there is a ${chunk.type}`)
    })()
    await expect.poll(() => simulator.requests).toHaveLength(1)
    controller.abort()
    await reading
    expect((await record()).end).toBe('closed-by-client')
  })

  it('before the request prevents it', async () => {
    const claude = claudeAt(simulator.url)
    for await (const chunk of claude.ask(prompt, AbortSignal.abort()))
      throw new Error(`there is a ${chunk.type}`)
    expect(simulator.requests).toEqual([])
  })

  it('is not needed if the reader simply stops reading', async () => {
    const claude = claudeAt(simulator.urlFor('normal gap=20 chunk=5'))
    for await (const chunk of claude.ask(prompt, new AbortController().signal))
      if (chunk.type === 'text') break
    expect(await record()).toMatchObject({ end: 'closed-by-client', bytesAfterClose: 0 })
  })
})

describe('a request to Claude', () => {
  const body = () => simulator.requests[0]?.body as Record<string, unknown>

  it('carries the system prompt and the turns, one block per part', async () => {
    await ask('normal')
    expect(body()).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 4000,
      stream: true,
      system: [{ type: 'text', text: 'Be brief.' }],
    })
    const messages = body()['messages'] as { role: string; content: { text: string }[] }[]
    expect(messages.map(({ role, content }) => [role, ...content.map(({ text }) => text)])).toEqual(
      prompt.turns.map(({ role, parts }) => [role, ...parts]),
    )
  })

  it('ends a cacheable prefix at the system prompt and at the newest two user turns', async () => {
    await ask('normal')
    const blocks = [
      ...(body()['system'] as object[]),
      ...(body()['messages'] as { content: object[] }[]).flatMap(({ content }) => content),
    ] as { text: string; cache_control?: unknown }[]
    const cached = blocks.filter((block) => block.cache_control !== undefined)
    expect(cached.map(({ text }) => text)).toEqual([
      'Be brief.',
      'How do you debug a flaky test?',
      'And how do you debug two?',
    ])
    expect(cached[0]?.cache_control).toEqual({ type: 'ephemeral' })
  })

  it('reads from the cache what the previous request wrote', async () => {
    const first = await ask('normal')
    const second = await ask('normal')
    const tokens = ({ chunks }: Answer) =>
      chunks[0]?.type === 'accepted' ? chunks[0].inputTokens : 0
    expect(tokens(first)).toBeGreaterThan(0)
    expect(tokens(second)).toBe(tokens(first))
  })

  it('sends its key as a bearer token, and no sampling parameters', async () => {
    await ask('normal')
    const { headers } = await record()
    expect(headers['authorization']).toBe('Bearer …')
    expect(headers['x-api-key']).toBeUndefined()
    expect(headers['anthropic-version']).toBe('2026-10-21')
    expect(body()).not.toHaveProperty('thinking')
    for (const name of ['temperature', 'top_p', 'top_k']) expect(body()).not.toHaveProperty(name)
  })

  it('takes no key or address from the environment', async () => {
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'other')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9')
    const { failure } = await ask('normal')
    vi.unstubAllEnvs()
    expect(failure).toBeNull()
  })

  it('asks for a summary of the thinking, and gets it', async () => {
    const chunks: Chunk[] = []
    const asked = { ...prompt, thinking: true }
    for await (const chunk of claudeAt(simulator.url).ask(asked, new AbortController().signal))
      chunks.push(chunk)
    expect(body()).toMatchObject({ thinking: { type: 'adaptive', display: 'summarized' } })
    expect(textOf(chunks, 'thinking')).not.toBe('')
    expect(textOf(chunks)).not.toBe('')
  })

  it('keeps the path of the base URL', async () => {
    await ask('no-thinking')
    expect((await record()).path).toBe('/s/no-thinking/v1/messages')
  })
})

describe('the list of models', () => {
  it('contains their limits', async () => {
    const models = await claudeAt(simulator.url).models()
    expect(models.length).toBeGreaterThan(1)
    expect(models.find(({ id }) => id === 'claude-opus-5-5')).toMatchObject({
      name: expect.stringContaining('Opus'),
      maxInputTokens: 1_000_000,
      maxOutputTokens: 128_000,
      thinks: true,
    })
  })

  it('fails like an answer if it cannot be read', async () => {
    await expect(claudeAt('http://127.0.0.1:9').models()).rejects.toMatchObject({
      code: 'unreachable',
    })
  })
})

describe('an endpoint that omits optional fields', () => {
  let server: Server
  afterAll(() => server.close())

  it('still gets its input tokens from the first event', async () => {
    const events = [
      { type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ]
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of events)
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const chunks: Chunk[] = []
    const claude = claudeAt(`http://127.0.0.1:${port}`)
    for await (const chunk of claude.ask(prompt, new AbortController().signal)) chunks.push(chunk)
    expect(chunks.at(-1)).toEqual({
      type: 'stopped',
      stop: 'end_turn',
      inputTokens: 7,
      outputTokens: 3,
    })
  })
})
