// DNS rebinding: a page whose own host name leads to this server gets nothing from it, whatever it requests.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { House } from '../process/house.ts'
import { RawWire } from './raw-wire.ts'

let house: House
beforeAll(async () => {
  house = await House.open({ ALLOWED_ORIGINS: 'https://rooms.example.org' })
})
afterAll(() => house.close())

/** Sends a raw request head; returns the status and body of the response. */
async function raw(head: string): Promise<{ status: number; text: string }> {
  const socket = connect(house.server.port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.end(head)
  await new Promise((resolve) => socket.once('close', resolve))
  return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(text)?.[1]), text }
}

const get = (path: string, host: string, more = '') =>
  raw(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${more}\r\n`)

describe('[R6.3] under the host name of another site', () => {
  const paths = () => [
    '/',
    '/api/session',
    '/api/models',
    `/api/rooms/${house.roomId}/events`,
    `/rooms/${house.roomId}`,
    '/assets/nothing.js',
    '/socket.io/',
  ]

  it('pages, calls and event streams all get 421', async () => {
    const origin = `origin: http://evil.example:${house.server.port}\r\nauthorization: Bearer ${house.bob.token}\r\n`
    for (const path of paths()) {
      const { status, text } = await get(path, `evil.example:${house.server.port}`, origin)
      expect([path, status]).toEqual([path, 421])
      expect(text).toContain('host-refused')
    }
  })

  it('no session begins and no room is created', async () => {
    const host = `evil.example:${house.server.port}`
    const body = '{"name":"Mallory"}'
    const { status } = await raw(
      `POST /api/session HTTP/1.1\r\nhost: ${host}\r\norigin: http://${host}\r\nconnection: close\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    expect(status).toBe(421)
  })

  it.each([
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['2130706433', 421],
    ['localhost', 101],
    ['LOCALHOST.:1', 101],
    ['rooms.example.org', 101],
  ])('a socket requested from %s is answered with %i', async (name, status) => {
    const wire = await RawWire.open({
      port: house.server.port,
      headers: { host: name, origin: `http://${name}` },
    })
    expect(wire.status).toContain(` ${status} `)
    wire.close()
  })

  it('an absolute target, a second header or a proxy header changes nothing', async () => {
    expect((await get('http://evil.example/', 'localhost')).status).toBe(421)
    expect((await get('http://localhost/api/models', 'localhost')).status).toBe(200)
    expect(
      (await get('/api/models', 'localhost', 'host: evil.example\r\n')).status,
    ).toBeGreaterThanOrEqual(400)
    expect(
      (await get('/api/models', 'evil.example', 'x-forwarded-host: localhost\r\n')).status,
    ).toBe(421)
    expect((await raw('GET /api/models HTTP/1.0\r\n\r\n')).status).toBe(421)
  })

  it('health checks may use any name, but get nothing else', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect((await get(path, '10.0.0.9')).status).toBe(200)
      expect((await raw(`GET ${path} HTTP/1.0\r\n\r\n`)).status).toBe(200)
    }
    expect((await get('/metrics', 'evil.example')).status).toBe(404)
  })
})
