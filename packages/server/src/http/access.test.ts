// Access: which requests are refused, and how.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, read, type TestApp } from '@roomcast/test/doubles/app.ts'

let app: TestApp
let token: string

beforeEach(async () => {
  app = await openTestApp({ allowedOrigins: ['https://rooms.example.org'] })
  token = (await app.sessions.start('Ada')).token
})
afterEach(async () => {
  await app.close()
})

const JSON_TYPE = { 'content-type': 'application/json' }

async function send(method: string, path: string, headers: Record<string, string>, body?: string) {
  const init = body === undefined ? {} : { body }
  return await read(await fetch(app.url + path, { method, headers, ...init }))
}

const protectedRoutes = [
  ['POST', '/api/session/link'],
  ['POST', '/api/rooms'],
  ['GET', '/api/rooms'],
  ['POST', '/api/rooms/room-1/invites'],
  ['GET', '/api/rooms/room-1/messages'],
  ['GET', '/api/rooms/room-1/search'],
  ['GET', '/api/rooms/room-1/export'],
  ['DELETE', '/api/rooms/room-1'],
  ['POST', '/api/invites/accept'],
] as const

describe.each(protectedRoutes)('%s %s', (method, path) => {
  async function expectRefused(authorization: Record<string, string>) {
    const body = method === 'POST' ? '{}' : undefined
    const { status, error, headers } = await send(
      method,
      path,
      { ...JSON_TYPE, ...authorization },
      body,
    )
    expect([status, error?.code]).toEqual([401, 'unauthenticated'])
    expect(headers.get('www-authenticate')).toBe('Bearer')
  }
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

  it('[R6.1] is refused without a valid session', async () => {
    await expectRefused({})
    const foreign = await app.sessionsWith(new Uint8Array(32)).start('Ada')
    await expectRefused(bearer(foreign.token))
    const [head = '', claims = '', signature = ''] = token.split('.')
    const forged = Buffer.from(claims, 'base64url').toString().replace('Ada', 'Eve')
    await expectRefused(bearer(`${head}.${Buffer.from(forged).toString('base64url')}.${signature}`))
    await expectRefused(bearer(await app.inviteTo('room-1')))
    await expectRefused(bearer(await app.sessions.linkKey({ memberId: 'm', name: 'Ada' })))
    app.clock.tick(90 * 24 * 60 * 60 * 1000)
    await expectRefused(bearer(token))
  })
})

describe('a request that changes something', () => {
  const post = (headers: Record<string, string>) =>
    send('POST', '/api/rooms', { ...JSON_TYPE, ...headers }, '{}')

  it('is allowed from our own page with the cookie', async () => {
    const own = { origin: app.url, cookie: `roomcast=${token}` }
    expect((await post(own)).status).toBe(201)
    const configured = { origin: 'https://rooms.example.org', cookie: `roomcast=${token}` }
    expect((await post(configured)).status).toBe(201)
  })

  it('[R6.3] is refused from foreign pages, whatever they show', async () => {
    for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1']) {
      for (const shown of [{ cookie: `roomcast=${token}` }, { authorization: `Bearer ${token}` }]) {
        const { status, error } = await post({ origin, ...shown })
        expect([origin, status, error?.code]).toEqual([origin, 403, 'origin-refused'])
      }
    }
    const { status } = await send('DELETE', '/api/rooms/x', { origin: 'https://evil.test' })
    expect(status).toBe(403)
  })

  it('is refused with a cookie from an unknown origin', async () => {
    const { status, error } = await post({ cookie: `roomcast=${token}` })
    expect([status, error?.code]).toEqual([403, 'origin-refused'])
  })

  it('is allowed for programs with a token', async () => {
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(201)
  })
})

describe('a body', () => {
  const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
    send('POST', '/api/session', headers, body)

  it('that is not JSON is refused', async () => {
    const { status, error } = await post('{"name": "Ada')
    expect([status, error]).toEqual([
      400,
      { code: 'bad-request', message: 'The body is not valid JSON.', retryable: false },
    ])
    expect(app.lines.join('')).not.toContain('Ada')
  })

  it('of another type is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const { status, error } = await post('{"name":"Ada"}', { 'content-type': type })
      expect([status, error?.message]).toEqual([
        400,
        'Send a JSON body, with content-type application/json.',
      ])
    }
  })

  it('[R7.1] of more than 128 kB is refused', async () => {
    const size = (bytes: number) => JSON.stringify({ name: 'Ada', pad: 'x'.repeat(bytes - 24) })
    expect((await post(size(128 * 1024))).status).toBe(200)
    const { status, error } = await post(size(128 * 1024 + 100))
    expect([status, error?.code]).toEqual([413, 'too-large'])
  })

  it('that is compressed or in another character set is refused', async () => {
    const packed = await post('{"name":"Ada"}', { ...JSON_TYPE, 'content-encoding': 'gzip' })
    expect([packed.status, packed.error?.message]).toEqual([400, 'Send the body uncompressed.'])
    const latin = await post('{"name":"Ada"}', {
      'content-type': 'application/json; charset=latin1',
    })
    expect([latin.status, latin.error?.message]).toEqual([400, 'Send the body in UTF-8.'])
  })
})

describe('an address that does not exist', () => {
  it.each([
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['PUT', '/api/rooms'],
    ['POST', '/nothing'],
    ['GET', '/nothing.js'],
    ['GET', '/api/rooms/x'],
  ])('%s %s is answered in JSON', async (method, path) => {
    const { status, error } = await send(method, path, {})
    expect([status, error?.code]).toEqual([404, 'not-found'])
  })

  it('is answered in JSON below /api, even to browsers', async () => {
    const { status, error } = await send('GET', '/api/nothing', { accept: 'text/html' })
    expect([status, error?.code]).toEqual([404, 'not-found'])
  })

  it('that cannot be decoded is a bad request', async () => {
    const { status, error } = await send('GET', '/api/rooms/%ZZ/messages', {})
    expect([status, error?.code]).toEqual([400, 'bad-request'])
  })
})

describe('an unexpected error', () => {
  it('is answered as internal, and logged without the request body', async () => {
    const body = { title: 'secret title', model: 'explode' }
    const { status, error, text } = await app.call('POST', '/api/rooms', token, body)
    expect([status, error?.code, error?.retryable]).toEqual([500, 'internal', true])
    const log = app.lines.join('')
    expect(log).toContain('a request failed')
    expect(log).toContain('doubles/app.ts')
    expect(log + text).not.toContain('secret')
    expect(log).not.toContain(token)
  })
})
