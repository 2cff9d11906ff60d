import { describe, expect, it } from 'vitest'
import { APIError } from '@anthropic-ai/sdk'
import { Refusal } from '@roomcast/shared/protocol'
import { cleanPath, makeLogger, type LogFields } from './logger.ts'

const SECRET = 'the quick secret fox'

function record(level: Parameters<typeof makeLogger>[0] = 'debug') {
  const lines: string[] = []
  const logger = makeLogger(level, { write: (line) => void lines.push(line) })
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
  return { logger, lines, last }
}

describe('makeLogger', () => {
  it('writes a JSON line with time, level, fields and sentence', () => {
    const { logger, last } = record()
    logger.info({ roomId: 'room-1', status: 200, ms: 3, simulated: true }, 'answered')
    expect(last()).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      roomId: 'room-1',
      status: 200,
      ms: 3,
      simulated: true,
      msg: 'answered',
    })
  })

  it('leaves out lines below its level', () => {
    const { logger, lines } = record('warn')
    logger.info('nothing')
    logger.warn('something')
    expect(lines).toHaveLength(1)
  })

  it('logs the code and the message of a refusal', () => {
    const { logger, last } = record()
    logger.warn({ err: new Refusal('storage-full') }, 'refused')
    expect(last()['err']).toMatchObject({ name: 'Refusal', code: 'storage-full' })
  })

  it('logs the stack of an error, and its cause', () => {
    const { logger, last } = record()
    const cause = Object.assign(new Error(SECRET), { code: 'ECONNREFUSED', syscall: 'connect' })
    logger.error({ err: new TypeError(SECRET, { cause }) }, 'failed')
    const err = last()['err'] as { name: string; stack: string[]; cause: Record<string, unknown> }
    expect(err.name).toBe('TypeError')
    expect(err.stack.join()).toContain('logger.test.ts')
    expect(err.cause).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
  })

  it('logs the status of an SDK error', () => {
    const { logger, last } = record()
    logger.error({ err: sdkError() }, 'failed')
    expect(last()['err']).toMatchObject({ status: 529, requestID: 'req_1' })
  })
})

function sdkError(): Error {
  const body = { error: { type: 'overloaded_error', message: SECRET } }
  return APIError.generate(529, body, SECRET, new Headers({ 'request-id': 'req_1' }))
}

const circular: Record<string, unknown> = { text: SECRET }
circular['self'] = circular

const key = 'sk-ant-api03-abcdefgh'
const token = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(60)}.${'b'.repeat(43)}`

// Each tries to get a secret into the log in a different way.
const leaks: Record<string, unknown> = {
  'an unknown field': { text: SECRET },
  'a nested field': { room: { messages: [{ text: SECRET }] } },
  'a request': { req: { headers: { cookie: SECRET, authorization: SECRET }, body: SECRET } },
  'a request as err': { err: { headers: { cookie: SECRET }, message: SECRET } },
  'text as an id': { roomId: SECRET },
  'an object as a number': { count: { toJSON: () => SECRET } },
  'an object with toString as an id': { memberId: { toString: () => SECRET } },
  'a key as an id': { code: key },
  'a token as an id': { connectionId: token },
  'a token in a path': { path: `/api/rooms/${token}` },
  'an invite in a path': { path: '/invite/short-secret' },
  'a personal link in a path': { path: '/back/short-secret' },
  'a query': { path: '/api/rooms?text=short-secret' },
  'a thrown string': { err: SECRET },
  'the message of an error': { err: new Error(SECRET) },
  'an error as the fields': new Error(SECRET),
  'a message that looks like a stack': { err: new Error(`x\n    at ${SECRET} (/a/b.ts:1:1)`) },
  'a renamed error': { err: Object.assign(new Error('x'), { name: SECRET }) },
  'an error with a body': { err: Object.assign(new Error('x'), { body: SECRET, error: SECRET }) },
  'a code with text': { err: Object.assign(new Error('x'), { code: SECRET }) },
  'a cause': { err: new Error('x', { cause: new Error(SECRET) }) },
  'an aggregate': { err: new AggregateError([new Error(SECRET)], SECRET) },
  'an error of the SDK': { err: sdkError() },
  'an error of JSON.parse': { err: parseError() },
  'a circular object': circular,
  'a bag of config': { claude: { apiKey: key }, apiKey: key, token, config: { apiKey: key } },
  'a prototype': Object.create({ text: SECRET }),
  'the message key': { msg: SECRET, level: SECRET, time: SECRET },
}

function parseError(): unknown {
  try {
    return JSON.parse(SECRET)
  } catch (error) {
    return error
  }
}

describe('a secret', () => {
  it.each(Object.keys(leaks))('does not get into the log through %s', (way) => {
    const { logger, lines } = record()
    logger.error(leaks[way] as LogFields, 'a sentence')
    // An untyped caller may leave the sentence out, or add values after it.
    const untyped = logger.error as (...values: unknown[]) => void
    untyped(leaks[way])
    untyped(leaks[way], 'a sentence %s', SECRET, { text: SECRET })
    untyped('a sentence %s', SECRET)
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      expect(line).not.toMatch(/secret|fox/)
      expect(line).not.toContain(key)
      expect(line).not.toContain(token)
    }
  })
})

describe('cleanPath', () => {
  it('keeps ordinary paths unchanged', () => {
    expect(cleanPath('/api/rooms/abc-DEF_1/messages?before=3')).toBe(
      '/api/rooms/abc-DEF_1/messages',
    )
  })
})
