import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  asking,
  clientOf,
  closedRecord,
  drive as driveThrough,
  driveUntil as driveThroughUntil,
  QUESTION,
  read,
  type Done,
} from '@roomcast/test/doubles/simulator-client.ts'
import { SCENARIOS, type Nature } from './scenarios.ts'
import { startSimulator, type Simulator } from './simulator.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ pace: 'instant', seed: 11 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const drive = (choice: string) => driveThrough(simulator, choice)
const driveUntil = (choice: string, enough: Parameters<typeof driveThroughUntil>[2]) =>
  driveThroughUntil(simulator, choice, enough)

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
    expect(await closedRecord(simulator)).toMatchObject({
      end: 'closed-by-client',
      bytes: 0,
      status: null,
    })
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

test.each(named('before-first-byte'))('%s sends no byte of an answer', async (name) => {
  await BEFORE_FIRST_BYTE[name]?.(name)
  expect(Object.keys(BEFORE_FIRST_BYTE)).toContain(name)
})

test.each(named('mid-stream'))('%s sends part of an answer and no readable end', async (name) => {
  const done = await MID_STREAM[name]?.(name)
  expect(done?.stopped).toBe(false)
  expect(done?.record.bytes).toBeGreaterThan(0)
  expect(done?.record.bytesAfterClose).toBe(0)
})

test.each(named('after-stop'))('%s sends a complete answer first', async (name) => {
  const done = await AFTER_STOP[name]?.(name)
  expect(done?.stopped).toBe(true)
  expect(done?.text).toBe(done?.record.text)
})

function causeCode(error: unknown): unknown {
  let code: unknown
  for (let at = error; at instanceof Error; at = at.cause) code = 'code' in at ? at.code : code
  return code
}
