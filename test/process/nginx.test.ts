// Nodes behind a real proxy: Debian's nginx with the shipped configuration, in which only addresses are changed.
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Nginx, startNginx } from '../support/nginx.ts'
import {
  type ServerEnvironment,
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { expectSame, House } from './house.ts'
import { RawSocket } from './raw-socket.ts'

/** What lets two nodes share their rooms; without it one node stands at both addresses. */
const shared = null as ServerEnvironment | null

let house: House
let other: ServerProcess
let nginx: Nginx
beforeAll(async () => {
  house = await House.open({ TRUST_PROXY: '1', ...shared })
  other = shared ? await startServerProcess(house.environment) : house.server
  nginx = await startNginx({ nodes: [house.server.port, other.port] })
})
afterAll(async () => {
  await nginx.stop()
  if (shared) await other.kill()
  await house.close()
})

const get = (path: string, proxy = nginx) =>
  fetch(proxy.url + path, { headers: { accept: 'text/html,*/*' } })

/** Two nodes of their own, with nothing in common, behind a proxy of their own. */
async function twoNodes(): Promise<{ nodes: ServerProcess[]; proxy: Nginx }> {
  const directories = await Promise.all([temporaryDirectory(), temporaryDirectory()])
  const nodes = await Promise.all(
    directories.map(({ path }) => startServerProcess({ DATA_DIR: path, TRUST_PROXY: '1' })),
  )
  const [one, two] = nodes.map(({ port }) => port)
  const proxy = await startNginx({ nodes: [one ?? 0, two ?? 0] })
  onTestFinished(async () => {
    await proxy.stop()
    for (const node of nodes) await node.kill()
    for (const directory of directories) await directory.remove()
  })
  return { nodes, proxy }
}

describe('a room behind nginx', () => {
  it('[R1] is watched live by those behind it and by those on a node, byte for byte the same', async () => {
    const seats = await Promise.all(
      [
        house.alice.at(nginx.url),
        house.bob.at(nginx.url),
        house.alice.at(house.server.url),
        house.bob.at(other.url),
      ].map((person) => house.sit(person)),
    )
    const [alice] = seats
    await alice?.ask('How? [simulate: length=4000 gap=15 chunk=40]')
    // Whoever gets everything at once, at the end, never sees it running.
    for (const seat of seats) expect((await seat.reads(200)).ended).toBeNull()
    for (const seat of seats) await seat.ended()
    await expectSame(house, ...seats)
  })

  it('[R3.1] is stopped through it', async () => {
    const [alice, bob] = await Promise.all(
      [house.alice, house.bob].map((person) => house.sit(person.at(nginx.url))),
    )
    await alice?.ask('How? [simulate: length=60000 gap=10]')
    const { generationId } = (await bob?.reads(100)) ?? {}
    const answer = await bob?.send({ type: 'cancel', generationId: generationId ?? '' })
    expect(answer).toMatchObject({ ok: true, outcome: 'cancelled' })
    const { end, ended } = (await alice?.ended()) ?? {}
    expect([answer, ended?.outcome]).toMatchObject([{ end }, 'cancelled'])
  })

  it('[R6.3] is reached by pages of its own address, and by no others', async () => {
    const { token } = house.bob
    const reach = (origin: string) =>
      RawSocket.connect(nginx.url, {
        token,
        headers: { origin, cookie: `roomcast=${token}` },
      }).then((socket) => (socket.close(), 'let in'))
    expect(await reach(nginx.url)).toBe('let in')
    for (const origin of ['http://evil', house.server.url, 'http://127.0.0.1'])
      await expect(reach(origin)).rejects.toThrow('websocket error')
    const made = (origin: string) =>
      fetch(`${nginx.url}/api/session`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: '{"name":"Eve"}',
      }).then(({ status }) => status)
    expect([await made(nginx.url), await made(house.server.url)]).toEqual([200, 403])
  })

  it('gives links that lead back to it', async () => {
    const made = await house.alice.at(nginx.url).call<{ inviteUrl: string }>('/api/rooms', {})
    expect(made.inviteUrl).toMatch(new RegExp(`^${nginx.url}/invite/`))
  })

  it('has its scripts compressed, and its page with the content policy of the node', async () => {
    const page = await get('/')
    expect(page.headers.get('content-security-policy')).toContain(`ws://${nginx.host}`)
    const script = /\/assets\/[\w.-]+\.js/.exec(await page.text())?.[0] ?? 'no script'
    const { status, headers } = await get(script)
    expect([status, headers.get('content-encoding'), headers.get('cache-control')]).toEqual([
      200,
      'gzip',
      'public, max-age=31536000, immutable',
    ])
  })
})

describe('nginx', () => {
  /** Starts a session from one of the addresses of this machine, with a claim of another one. */
  function from(localAddress: string, claim: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': claim }
      httpRequest(`${nginx.url}/api/session`, { method: 'POST', localAddress, headers })
        .once('response', (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        .once('error', reject)
        .end('{"name":"Mallory"}')
    })
  }

  it('[R7.1] tells addresses apart, and believes nobody who claims another one', async () => {
    let tries = 0
    let status = 0
    // 300 a minute and node.
    while (status !== 429 && tries < 700)
      status = await from('127.0.0.9', `10.0.0.${++tries % 250}`)
    expect(status).toBe(429)
    expect(await from('127.0.0.8', '127.0.0.9')).toBe(200)
  })

  it('keeps what is for the operator to itself', async () => {
    expect((await fetch(`${house.server.url}/readyz`)).status).toBe(200)
    for (const path of [
      '/readyz',
      '/metrics',
      '/Metrics/',
      '//readyz',
      '/%6detrics',
      '/readyz?a=b',
    ]) {
      const answer = await get(path)
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.text()).toContain('<center>nginx')
    }
    expect((await get('/livez')).status).toBe(200)
  })

  it('writes no secret of an address to its logs, not even when no node answers', async () => {
    const { nodes, proxy } = await twoNodes()
    for (const path of ['/invite/a-secret', '/back/a-secret'])
      expect((await get(path, proxy)).status).toBe(200)
    for (const node of nodes) await node.kill()
    for (const path of ['/invite/a-secret', '/back/a-secret', '/not-secret'])
      expect((await get(path, proxy)).status).toBe(502)
    expect(await proxy.logs()).toContain('not-secret')
    expect(await proxy.logs()).not.toContain('a-secret')
  })

  it('skips a node that has died, and says so in JSON when all have', async () => {
    const { nodes, proxy } = await twoNodes()
    const statuses = async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => get('/api/models', proxy)))
      return [...new Set(answers.map(({ status }) => status))]
    }
    expect(await statuses()).toEqual([200])
    await nodes[0]?.kill()
    expect(await statuses()).toEqual([200])
    await nodes[1]?.kill()
    const answer = await get('/api/models', proxy)
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { code: 'shutting-down', retryable: true } },
    ])
  })

  /** Sends bytes as they are; gives the first line that comes back. */
  function raw(proxy: Nginx, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let got = ''
      const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
      socket.setEncoding('latin1').on('data', (part: string) => {
        got += part
        if (got.includes('\r\n')) socket.destroy()
      })
      socket.once('close', () => resolve(got.split('\r\n')[0] ?? '')).once('error', reject)
      socket.write(text)
    })
  }

  it('[R7] takes no node for dead because somebody sent what nodes break off', async () => {
    const { proxy } = await twoNodes()
    const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
    const nonsense = [
      `GET /nothing HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /socket%2Eio/ HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /x/../socket.io/ HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /Socket.io/ HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /socket.io/?EIO=9 HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
      `GET /api/models HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`,
      `GET /api/models HTTP/1.1\r\nHost: a\r\nA: \x01\r\n\r\n`,
      `GET /api/models HTTP/1.1\r\nHost: a\r\nA: ${'x'.repeat(7000)}\r\nB: ${'x'.repeat(7000)}\r\nC: ${'x'.repeat(7000)}\r\n\r\n`,
      `GET /api/models HTTP/1.0\r\n\r\n`,
      `NONSENSE /api/models HTTP/1.1\r\nHost: a\r\n\r\n`,
    ]
    const body = 'x'.repeat(500_000)
    const large = `Content-Length: ${body.length}\r\n\r\n${body}`
    for (const query of ['transport=websocket', 'transport=polling']) {
      const text = `GET /socket.io/?EIO=4&${query} HTTP/1.1\r\nHost: a\r\n${upgrade}${large}`
      expect(await raw(proxy, text)).toMatch(/ 413 /)
    }
    for (const text of [...nonsense, ...nonsense])
      expect([text.slice(0, 60), await raw(proxy, text)]).toEqual([
        text.slice(0, 60),
        expect.stringMatching(/^HTTP\/1\.[01] [24]\d\d /),
      ])
    expect(await proxy.logs()).not.toMatch(/\[(error|crit)\].*upstream/)
  })
})
