import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '@roomcast/test/doubles/app.ts'
import type { Readiness } from '../health/health.ts'
import { makeLogger } from '../logger.ts'
import { createOperatorApp, isFromThisMachine } from './operator-routes.ts'

const FIGURES = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'some 1\n' }
let readiness: Readiness = { ready: true }
const operator = { readiness: () => readiness, metrics: () => Promise.resolve(FIGURES) }

let app: TestApp
beforeEach(async () => {
  readiness = { ready: true }
  app = await openTestApp({ operator })
})
afterEach(() => app.close())

/** Sends a request as a proxy or a browser would; `fetch` does not allow setting `Host`. */
function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | undefined; text: string }> {
  const url = new URL(path, app.url)
  return new Promise((resolve, reject) => {
    const sent = send(url, { headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          text,
        }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('/livez and /readyz', () => {
  it('report a healthy node to anybody', async () => {
    for (const [path, body] of [
      ['/livez', { live: true }],
      ['/readyz', { ready: true }],
    ] as const) {
      const { status, text } = await ask(path, { 'x-forwarded-for': '198.51.100.7' })
      expect([status, JSON.parse(text)]).toEqual([200, body])
    }
  })

  it('name the problem of a node that is not ready but alive', async () => {
    readiness = { ready: false, failing: [{ name: 'storage', why: 'It is away.' }] }
    const { status, text } = await ask('/readyz')
    expect([status, JSON.parse(text)]).toEqual([503, readiness])
    expect((await ask('/livez')).status).toBe(200)
  })

  it('are never answered from a cache', async () => {
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect((await app.call('GET', path)).headers.get('cache-control')).toBe('no-store')
  })
})

describe('/metrics on the public listener', () => {
  it('answers programs on this machine', async () => {
    const { status, type, text } = await ask('/metrics')
    expect([status, type, text]).toEqual([200, FIGURES.contentType, FIGURES.text])
    for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '127.9.9.9', '[::1]:3000'])
      expect((await ask('/metrics', { host })).status).toBe(200)
  })

  it('looks like any unknown address to a proxied request, whatever its headers', async () => {
    const { text: unknown } = await ask('/api/unknown')
    for (const [name, value] of [
      ['X-Forwarded-For', '198.51.100.7'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Forwarded-Proto', 'https'],
      ['Forwarded', 'for=127.0.0.1'],
      ['X-Real-IP', '127.0.0.1'],
      ['Via', '1.1 proxy'],
      ['Host', 'rooms.example.org'],
      ['Host', 'localhost.example.org'],
      ['Host', '127.0.0.1.example.org'],
      ['Host', '10.0.0.1:3000'],
    ] as const) {
      const { status, text } = await ask('/metrics', { [name]: value })
      expect([name, value, status, text]).toEqual([name, value, 404, unknown])
    }
  })

  it.each<number | false>([false, 1, 2])(
    'trusts no proxy headers, even with TRUST_PROXY %s',
    async (trustProxy) => {
      const other = await openTestApp({ operator, trustProxy })
      const forwarded = { 'x-forwarded-for': '127.0.0.1, 127.0.0.1' }
      expect((await fetch(`${other.url}/metrics`, { headers: forwarded })).status).toBe(404)
      expect((await fetch(`${other.url}/metrics`)).status).toBe(200)
      await other.close()
    },
  )

  it.each([
    ['127.0.0.1', true],
    ['127.8.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.168.0.7', false],
    ['::ffff:192.168.0.7', false],
    ['::1:2:3', false],
    ['1270.0.0.1', false],
    ['10.127.0.1', false],
    [undefined, false],
  ])('takes a connection from %s for one of this machine: %s', (remoteAddress, isLocal) => {
    const request = { socket: { remoteAddress }, headers: { host: 'localhost' } }
    expect(isFromThisMachine(request as Parameters<typeof isFromThisMachine>[0])).toBe(isLocal)
  })

  it('does not exist for anybody if the operator has a separate listener', async () => {
    const other = await openTestApp({ operator, measuresInPublic: false })
    expect((await other.call('GET', '/metrics')).error?.code).toBe('not-found')
    expect((await other.call('GET', '/readyz')).status).toBe(200)
    await other.close()
  })

  it('is answered like any error if it fails, without details', async () => {
    const broken = { readiness: operator.readiness, metrics: () => Promise.reject(new Error('x')) }
    const other = await openTestApp({ operator: broken })
    const { status, error } = await other.call('GET', '/metrics')
    expect([status, error?.code]).toEqual([500, 'internal'])
    await other.close()
  })
})

describe("the operator's own listener", () => {
  it('answers the three routes to everyone who reaches it, and nothing else', async () => {
    const logger = makeLogger('silent', { write: () => undefined })
    const server = createServer(createOperatorApp(operator, logger))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const headers = { 'x-forwarded-for': '198.51.100.7' }
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect((await fetch(url + path, { headers })).status).toBe(200)
    for (const path of ['/', '/api/models', '/api/session', '/socket.io/'])
      expect((await fetch(url + path)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404)
    server.closeAllConnections()
    server.close()
  })
})
