import { request } from 'node:http'
import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SCENARIOS, type Nature } from './scenarios.ts'
import { startSimulator, type RequestRecord, type Simulator } from './simulator.ts'
import { asking, clientOf, read, textIn, textOf, until, type Reading } from './test-client.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant', seed: 11 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const QUESTION = 'How do you debug a flaky test?'

type Done = Reading & { readonly record: RequestRecord }

/** Asks through the path, reads to the end, waits for the record to be closed. */
async function drive(choice: string): Promise<Done> {
  const reading = await read(clientOf(simulator.urlFor(choice)), QUESTION)
  return { ...reading, record: await closedRecord() }
}

/** For streams that never end: reads until `enough` holds, then goes away. */
async function driveUntil(
  choice: string,
  enough: (record: RequestRecord, seen: RawMessageStreamEvent | undefined) => boolean,
): Promise<Done> {
  const { signal, abort } = aborter()
  let latest: RawMessageStreamEvent | undefined
  const seen = (event: RawMessageStreamEvent) => void (latest = event)
  const reading = read(clientOf(simulator.urlFor(choice)), QUESTION, { signal, seen })
  await until(
    () => simulator.requests.some((record) => enough(record, latest)),
    `${choice} came to its silence`,
  )
  expect(simulator.stats.open).toBe(1)
  abort()
  return { ...(await reading), record: await closedRecord() }
}

function aborter() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

async function closedRecord(): Promise<RequestRecord> {
  await until(() => simulator.requests[0]?.endedAt != null, 'the request ended')
  const record = simulator.requests[0]
  if (record === undefined) throw new Error('no request was recorded')
  return record
}

function named(nature: Nature): string[] {
  return SCENARIOS.filter((scenario) => scenario.nature === nature).map(({ name }) => name)
}

function expectHttpError(done: Done, status: number, type: string | null): void {
  expect(done.events).toEqual([])
  expect(done.error).toBeInstanceOf(APIError)
  expect(done.error).toMatchObject({ status, type })
  if (type !== null) expect(done.error).toMatchObject({ requestID: done.record.id })
  expect(done.record.end).toBe('completed')
}

function header(done: Done, name: string): string | null {
  return done.error instanceof APIError ? (done.error.headers?.get(name) ?? null) : null
}

function last(events: readonly RawMessageStreamEvent[]): RawMessageStreamEvent['type'] | undefined {
  return events.at(-1)?.type
}

test('every scenario has a name of its own and says what it does', () => {
  const names = SCENARIOS.map((scenario) => scenario.name)
  expect(new Set(names).size).toBe(names.length)
  for (const scenario of SCENARIOS) expect(scenario.description).not.toBe('')
})

describe.each(named('harmless'))('the harmless scenario %s', (name) => {
  const choice = `${name} hold=30 ping=10`

  test('gives a whole answer to a raw reader', async () => {
    const done = await drive(choice)
    expect(done.error).toBeNull()
    expect(done.stopped).toBe(true)
    expect(done.text).toBe(done.record.text)
    expect(done.record).toMatchObject({ end: 'completed', scenario: name, bytesAfterClose: 0 })
  })

  test('gives the same message through the helper', async () => {
    const raw = await drive(choice)
    simulator.reset()
    const stream = clientOf(simulator.urlFor(choice)).messages.stream(asking(QUESTION))
    const message = await stream.finalMessage()
    const ending = raw.events.find((event) => event.type === 'message_delta')
    const start = raw.events.find((event) => event.type === 'message_start')
    expect(textOf(message)).toBe(raw.text)
    expect(message.id).toBe(start?.message.id)
    expect(message.stop_reason).toBe(ending?.delta.stop_reason)
    expect(message.stop_details).toEqual(ending?.delta.stop_details)
    expect(message.usage.output_tokens).toBe(ending?.usage.output_tokens)
  })
})

describe('harmless oddities', () => {
  test.each([
    ['normal', 'end_turn'],
    ['max-tokens', 'max_tokens'],
    ['context-window', 'model_context_window_exceeded'],
    ['stop-sequence', 'stop_sequence'],
    ['pause-turn', 'pause_turn'],
    ['refusal', 'refusal'],
  ])('%s ends with stop reason %s', async (name, reason) => {
    const { events } = await drive(name)
    const ending = events.find((event) => event.type === 'message_delta')
    expect(ending?.delta.stop_reason).toBe(reason)
    expect(ending?.delta.stop_details?.type).toBe(reason === 'refusal' ? 'refusal' : undefined)
  })

  test.each([
    ['thinking-summarized', ['thinking', 'text'], true],
    ['thinking-omitted', ['thinking', 'text'], false],
    ['no-thinking', ['text'], false],
  ])('%s has the blocks %j', async (name, blocks, shown) => {
    const { events } = await drive(name)
    const starts = events.filter((event) => event.type === 'content_block_start')
    const deltas = events.filter((event) => event.type === 'content_block_delta')
    expect(starts.map((event) => event.content_block.type)).toEqual(blocks)
    expect(deltas.some((event) => event.delta.type === 'thinking_delta')).toBe(shown)
  })

  test('cut-pairs leaves lone surrogates in deltas and none in the joined text', async () => {
    const { events, text } = await drive('cut-pairs')
    expect(events.some((event) => !textIn(event).isWellFormed())).toBe(true)
    expect(text.isWellFormed()).toBe(true)
  })

  test('no other scenario leaves a lone surrogate in a delta', async () => {
    const { events } = await drive('unicode chunk=1')
    expect(events.every((event) => textIn(event).isWellFormed())).toBe(true)
  })

  test('empty-answer has no text at all', async () => {
    const { text, record } = await drive('empty-answer')
    expect({ text, deltas: record.textDeltas }).toEqual({ text: '', deltas: 0 })
  })

  test('pause writes pings into its silence', async () => {
    const body = await rawBody('pause hold=60 ping=5')
    expect(body.toString().split('event: ping').length).toBeGreaterThan(4)
  })

  test('unicode carries NUL, every line end and a long line of the wanted size', async () => {
    const { text } = await drive('unicode line=50000')
    for (const odd of ['\u0000', '\r\n', '\u2028', '\uFEFF', '👩‍👩‍👧‍👦', 'שלום'])
      expect(text).toContain(odd)
    expect(text.length).toBeLessThan(50_000)
    const client = clientOf(simulator.urlFor('unicode line=50000'))
    const whole = await client.messages.stream(asking(QUESTION, 100_000)).finalMessage()
    expect(textOf(whole).split('\n').at(-1)).toHaveLength(50_000)
  })
})

describe('bytes', () => {
  test('one-byte writes every byte on its own', async () => {
    const sizes = await chunkSizes('one-byte length=300')
    expect(Math.max(...sizes)).toBe(1)
  })

  test('split-characters ends writes inside characters', async () => {
    const chunks = await bodyChunks('split-characters')
    expect(chunks.some((chunk) => (chunk.at(-1) ?? 0) >= 0xc0)).toBe(true)
  })

  test('split-blank-lines ends writes between the two line ends', async () => {
    const chunks = await bodyChunks('split-blank-lines')
    expect(chunks.filter((chunk) => chunk.toString() === '\n').length).toBeGreaterThan(5)
  })

  test('coalesced puts many events into one write', async () => {
    const { record, events } = await drive('coalesced')
    expect(record.writes).toBeLessThan(events.length / 4)
  })

  test('crlf ends every line with CR LF', async () => {
    const body = (await rawBody('crlf')).toString()
    expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('strangers puts unknown things between the events', async () => {
    const body = (await rawBody('strangers')).toString()
    expect(body).toMatch(/^: hello\nretry: 5000\n\n/)
    expect(body).toContain('event: weather_report')
    expect(body).toContain('scent_delta')
  })

  test('invalid-bytes are no UTF-8, and become replacement characters', async () => {
    expect((await rawBody('invalid-bytes')).includes(0xff)).toBe(true)
    expect((await drive('invalid-bytes')).text).toContain('\uFFFD')
  })

  test('no-blank-line ends with a single line end', async () => {
    const body = (await rawBody('no-blank-line')).toString()
    expect(body).toMatch(/message_stop"\s*}\n$/)
    expect(body).not.toMatch(/\n\n$/)
  })
})

const BEFORE_FIRST_BYTE: Record<string, (name: string) => Promise<void>> = {
  'bad-request': async (name) => expectHttpError(await drive(name), 400, 'invalid_request_error'),
  'bad-request-retry': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 400, 'invalid_request_error')
    expect(header(done, 'x-should-retry')).toBe('true')
  },
  unauthorized: async (name) => expectHttpError(await drive(name), 401, 'authentication_error'),
  billing: async (name) => expectHttpError(await drive(name), 402, 'billing_error'),
  forbidden: async (name) => expectHttpError(await drive(name), 403, 'permission_error'),
  'not-found': async (name) => expectHttpError(await drive(name), 404, 'not_found_error'),
  'too-large': async (name) => expectHttpError(await drive(name), 413, 'request_too_large'),
  'rate-limited': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 429, 'rate_limit_error')
    expect(header(done, 'retry-after')).toBeNull()
  },
  'rate-limited-seconds': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 429, 'rate_limit_error')
    expect(header(done, 'retry-after')).toBe('1')
  },
  'rate-limited-ms': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 429, 'rate_limit_error')
    expect(header(done, 'retry-after-ms')).toBe('50')
  },
  'rate-limited-long': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 429, 'rate_limit_error')
    expect(header(done, 'retry-after')).toBe('90')
  },
  'spend-limit': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 429, 'rate_limit_error')
    expect(header(done, 'x-should-retry')).toBe('false')
    expect(done.error).toMatchObject({ errorCode: 'enforced_spend_limit_reached' })
  },
  'server-error': async (name) => expectHttpError(await drive(name), 500, 'api_error'),
  'bad-gateway': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 502, null)
    expect(header(done, 'content-type')).toBe('text/html')
  },
  'gateway-timeout': async (name) => expectHttpError(await drive(name), 504, 'timeout_error'),
  overloaded: async (name) => expectHttpError(await drive(name), 529, 'overloaded_error'),
  'overloaded-seconds': async (name) => {
    const done = await drive(name)
    expectHttpError(done, 529, 'overloaded_error')
    expect(header(done, 'retry-after')).toBe('1')
  },
  'fail-first': async (name) => {
    const client = clientOf(simulator.urlFor(name))
    for (const status of [529, 529]) {
      expect((await read(client, QUESTION)).error).toMatchObject({ status })
    }
    expect((await read(client, QUESTION)).stopped).toBe(true)
    expect((await read(client, 'Another question')).error).toMatchObject({ status: 529 })
  },
  'no-headers': async (name) => {
    const controller = new AbortController()
    const asked = clientOf(simulator.urlFor(name)).messages.create(
      { ...asking(QUESTION), stream: true },
      { timeout: 100, signal: controller.signal },
    )
    await expect(asked).rejects.toBeInstanceOf(APIConnectionTimeoutError)
    expect(await closedRecord()).toMatchObject({ end: 'closed-by-client', bytes: 0, status: null })
  },
  'cut-before-headers': async (name) => {
    const done = await drive(name)
    expect(done.error).toBeInstanceOf(APIConnectionError)
    expect(done.record).toMatchObject({ end: 'fault', bytes: 0 })
  },
  'reset-before-headers': async (name) => {
    const done = await drive(name)
    expect(done.error).toBeInstanceOf(APIConnectionError)
    expect(causeCode(done.error)).toBe('ECONNRESET')
  },
  'headers-only': async (name) => {
    const done = await driveUntil(name, (record) => record.headersAt !== null)
    expect(done.events).toEqual([])
    expect(done.record).toMatchObject({ status: 200, bytes: 0, end: 'closed-by-client' })
  },
  empty: async (name) => {
    const done = await drive(name)
    expect(done).toMatchObject({ events: [], error: null })
    expect(done.record).toMatchObject({ status: 200, bytes: 0, end: 'fault' })
  },
}

const MID_STREAM: Record<string, (name: string) => Promise<Done>> = {
  error: (name) => expectErrorEvent(name, 'overloaded_error', 5),
  'error-api': (name) => expectErrorEvent(name, 'api_error', 5),
  'error-rate-limit': (name) => expectErrorEvent(name, 'rate_limit_error', 5),
  'error-first': (name) => expectErrorEvent(name, 'overloaded_error', 0),
  'error-open': async (name) => {
    const done = await drive(name)
    expect(done.error).toMatchObject({ status: undefined, type: 'overloaded_error' })
    expect(done.record.end).toBe('closed-by-client')
    return done
  },
  reset: async (name) => {
    const done = await drive(name)
    expect(done.error).toBeInstanceOf(TypeError)
    expect(causeCode(done.error)).toBe('ECONNRESET')
    expect(done.record).toMatchObject({ end: 'fault', textDeltas: 5 })
    return done
  },
  cut: async (name) => {
    const done = await drive(name)
    expect(done.error).toBeInstanceOf(TypeError)
    expect(causeCode(done.error)).toBe('UND_ERR_SOCKET')
    expect(done.text).toBe(done.record.text)
    return done
  },
  'end-at-start': (name) => expectSilentEnd(name, 'message_start'),
  'end-in-thinking': (name) => expectSilentEnd(name, 'content_block_start'),
  end: async (name) => {
    const done = await expectSilentEnd(name, 'content_block_delta')
    expect(done.text).toBe(done.record.text)
    return done
  },
  'end-after-block': (name) => expectSilentEnd(name, 'content_block_stop'),
  'end-after-delta': (name) => expectSilentEnd(name, 'message_delta'),
  'no-blank-line': (name) => expectSilentEnd(name, 'message_delta'),
  stall: async (name) => {
    const done = await driveUntil(name, (record) => record.textDeltas === 5)
    expect(done.record).toMatchObject({ end: 'closed-by-client', textDeltas: 5 })
    return done
  },
  'stall-pings': async (name) => {
    const writesAfterText = 5 + 6 + 10
    const done = await driveUntil(`${name} ping=3`, (record) => record.writes > writesAfterText)
    expect(done.record).toMatchObject({ end: 'closed-by-client', textDeltas: 5 })
    return done
  },
  'stall-thinking': async (name) => {
    const done = await driveUntil(`${name} ping=3`, (record) => record.writes > 10)
    expect(last(done.events)).toBe('content_block_start')
    return done
  },
  malformed: async (name) => {
    const done = await drive(name)
    expect(done.error).toBeInstanceOf(SyntaxError)
    return done
  },
}

async function expectErrorEvent(name: string, type: string, deltas: number): Promise<Done> {
  const done = await drive(name)
  expect(done.error).toBeInstanceOf(APIError)
  expect(done.error).toMatchObject({ status: undefined, type, requestID: done.record.id })
  expect(done.record).toMatchObject({ end: 'fault', textDeltas: deltas })
  return done
}

async function expectSilentEnd(name: string, type: RawMessageStreamEvent['type']): Promise<Done> {
  const done = await drive(name)
  expect(done.error).toBeNull()
  expect(last(done.events)).toBe(type)
  expect(done.record.end).toBe('fault')
  return done
}

const AFTER_STOP: Record<string, (name: string) => Promise<Done>> = {
  'hang-after-stop': async (name) => {
    const done = await driveUntil(name, (_, seen) => seen?.type === 'message_stop')
    expect(done.record.end).toBe('closed-by-client')
    return done
  },
  'reset-after-stop': async (name) => {
    const done = await drive(name)
    expect(causeCode(done.error)).toBe('ECONNRESET')
    return done
  },
  'cut-after-stop': async (name) => {
    const done = await drive(name)
    expect(causeCode(done.error)).toBe('UND_ERR_SOCKET')
    return done
  },
}

test.each(named('before-first-byte'))('%s gives no byte of an answer', async (name) => {
  await BEFORE_FIRST_BYTE[name]?.(name)
  expect(Object.keys(BEFORE_FIRST_BYTE)).toContain(name)
})

test.each(named('mid-stream'))('%s gives some of an answer and no readable end', async (name) => {
  const done = await MID_STREAM[name]?.(name)
  expect(done?.stopped).toBe(false)
  expect(done?.record.bytes).toBeGreaterThan(0)
  expect(done?.record.bytesAfterClose).toBe(0)
})

test.each(named('after-stop'))('%s gives a whole answer first', async (name) => {
  const done = await AFTER_STOP[name]?.(name)
  expect(done?.stopped).toBe(true)
  expect(done?.text).toBe(done?.record.text)
})

function causeCode(error: unknown): unknown {
  let code: unknown
  for (let at = error; at instanceof Error; at = at.cause) code = 'code' in at ? at.code : code
  return code
}

/** The body as the chunks it came in: `node:http` keeps them apart, `fetch` may join them. */
function bodyChunks(choice: string): Promise<Buffer[]> {
  const headers = {
    authorization: 'Bearer test-key',
    'anthropic-version': '2026-10-21',
    'content-type': 'application/json',
  }
  const url = `${simulator.urlFor(choice)}/v1/messages`
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(chunks))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify({ ...asking(QUESTION), stream: true }))
  })
}

async function rawBody(choice: string): Promise<Buffer> {
  return Buffer.concat(await bodyChunks(choice))
}

async function chunkSizes(choice: string): Promise<number[]> {
  return (await bodyChunks(choice)).map((chunk) => chunk.length)
}
