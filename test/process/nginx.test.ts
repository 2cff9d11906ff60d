// Two nodes over one Redis behind a real proxy: Debian's nginx with the shipped configuration, in which only addresses
// are changed.
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Deployment } from '../support/deployment.ts'
import { EventReader } from '../support/event-reader.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import type { Person } from '../support/person.ts'
import { RawSocket } from './raw-socket.ts'

interface World {
  readonly deployment: Deployment
  readonly nginx: Nginx
}

async function openWorld(): Promise<World> {
  const deployment = await Deployment.open(2, { environment: { TRUST_PROXY: '1' } })
  const nodes = [deployment.node(0).port, deployment.node(1).port] as const
  return { deployment, nginx: await startNginx({ nodes }) }
}

async function closeWorld({ deployment, nginx }: World): Promise<void> {
  await nginx.stop()
  await deployment.close()
}

/** A deployment that a test may damage. */
async function ownWorld(): Promise<World> {
  const own = await openWorld()
  onTestFinished(() => closeWorld(own))
  return own
}

let world: World
let roomId: string
let alice: Person
let bob: Person
beforeAll(async () => {
  world = await openWorld()
  const made = await world.deployment.room('Alice', 'Bob')
  roomId = made.roomId
  ;[alice, bob] = made.people as [Person, Person]
})
afterAll(() => closeWorld(world))

const get = (path: string, { nginx } = world) =>
  fetch(nginx.url + path, { headers: { accept: 'text/html,*/*' } })

/** Reads a room as an event stream through nginx. */
async function readEvents({ nginx }: World, { token }: Person, id: string): Promise<EventReader> {
  const reader = await EventReader.open({ url: nginx.url, roomId: id, token })
  onTestFinished(() => reader.close())
  return reader
}

describe('a room behind nginx', () => {
  it('[R1] is shown live on both transports, byte for byte as on the nodes themselves', async () => {
    const { deployment, nginx } = world
    const behind = [alice, bob, alice, bob].map((person) => person.at(nginx.url))
    const seats = await deployment.sit([alice, bob, ...behind], roomId)
    const readers = [await readEvents(world, alice, roomId), await readEvents(world, bob, roomId)]
    await seats[2]?.ask('How? [simulate: length=4000 gap=40 chunk=40]')
    // A client that gets everything at once at the end never sees the answer running.
    for (const seat of seats) expect((await seat.reads(200)).ended).toBeNull()
    for (const reader of readers)
      await reader.until('a part', ({ state, text }) => text.length > 200 && state.running !== null)
    const [first, ...others] = await Promise.all(seats.map((seat) => seat.ended()))
    for (const other of others) expect(other).toEqual(first)
    for (const reader of readers) {
      await reader.until('the end', ({ state }) => state.running === null)
      expect(reader.text).toBe(first?.text)
    }
    for (const seat of seats) seat.leave()
  })

  it('[R1] continues with the same text for members whose node has died', async () => {
    const own = await ownWorld()
    const room = await own.deployment.room('Alice', 'Bob')
    const [here, there] = room.people as [Person, Person]
    const [asker] = await own.deployment.sit([here], room.roomId)
    const seats = await own.deployment.sit(
      [here, there, here, there].map((person) => person.at(own.nginx.url)),
      room.roomId,
    )
    await asker?.ask('How? [simulate: length=6000 gap=20 chunk=40]')
    for (const seat of seats) await seat.reads(200)
    const lost = seats.map((seat) =>
      seat.until('offline', ({ status }) => status.kind === 'offline'),
    )
    await own.deployment.node(1).kill()
    await Promise.any(lost)
    const whole = await asker?.ended()
    expect(whole?.ended?.outcome).toBe('completed')
    for (const seat of seats) expect(await seat.ended()).toEqual(whole)
    for (const waiting of lost) waiting.catch(() => undefined)
  })

  it('[R3.1] accepts a stop', async () => {
    const { deployment, nginx } = world
    const people = [alice, bob].map((person) => person.at(nginx.url))
    const [one, other] = await deployment.sit(people, roomId)
    const asked = await one?.ask('How? [simulate: length=60000 gap=10]')
    const generationId = asked?.ok ? (asked.generationId ?? '') : ''
    await other?.until('some of it', ({ state }) =>
      state?.messages.some(
        (each) => each.kind === 'reply' && each.generationId === generationId && each.end > 99,
      ),
    )
    const answer = await other?.send({ type: 'cancel', generationId })
    expect(answer).toMatchObject({ ok: true, outcome: 'cancelled' })
    const { end, ended } = (await one?.ended()) ?? {}
    expect([answer, ended?.outcome]).toMatchObject([{ end }, 'cancelled'])
  })

  it('[R6.3] is open to pages of its own origin, and to no others', async () => {
    const { deployment, nginx } = world
    const { token } = bob
    const node = deployment.node(0).url
    const reach = (origin: string) =>
      RawSocket.connect(nginx.url, {
        token,
        headers: { origin, cookie: `roomcast=${token}` },
      }).then((socket) => (socket.close(), 'let in'))
    expect(await reach(nginx.url)).toBe('let in')
    for (const origin of ['http://evil', node, 'http://127.0.0.1'])
      await expect(reach(origin)).rejects.toThrow('websocket error')
    const made = (origin: string) =>
      fetch(`${nginx.url}/api/session`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: '{"name":"Eve"}',
      }).then(({ status }) => status)
    expect([await made(nginx.url), await made(node)]).toEqual([200, 403])
  })

  it('gives links that lead back through nginx', async () => {
    const { nginx } = world
    const made = await alice.at(nginx.url).call<{ inviteUrl: string }>('/api/rooms', {})
    expect(made.inviteUrl).toMatch(new RegExp(`^${nginx.url}/invite/`))
  })

  it('has compressed scripts, and its page has the content policy of the node', async () => {
    const page = await get('/')
    expect(page.headers.get('content-security-policy')).toContain(`ws://${world.nginx.host}`)
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
  /** Starts a session from one of this machine's addresses, claiming to be another one. */
  function from(localAddress: string, claim: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': claim }
      httpRequest(`${world.nginx.url}/api/session`, { method: 'POST', localAddress, headers })
        .once('response', (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        .once('error', reject)
        .end('{"name":"Mallory"}')
    })
  }

  it('[R7.1] tells addresses apart, and ignores a claimed address', async () => {
    let tries = 0
    let status = 0
    // 300 per minute and node, plus the allowance regained meanwhile.
    while (status !== 429 && tries < 3000)
      status = await from('127.0.0.9', `10.0.0.${++tries % 250}`)
    expect(status).toBe(429)
    expect(await from('127.0.0.8', '127.0.0.9')).toBe(200)
  })

  it('does not expose the operator’s pages', async () => {
    expect((await fetch(`${world.deployment.node(0).url}/readyz`)).status).toBe(200)
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

  it('logs no secret from a URL, not even if no node answers', async () => {
    const own = await ownWorld()
    for (const path of ['/invite/a-secret', '/back/a-secret'])
      expect((await get(path, own)).status).toBe(200)
    for (const node of own.deployment.nodes) await node.kill()
    for (const path of ['/invite/a-secret', '/back/a-secret', '/not-secret'])
      expect((await get(path, own)).status).toBe(502)
    expect(await own.nginx.logs()).toContain('not-secret')
    expect(await own.nginx.logs()).not.toContain('a-secret')
  })

  it('uses both nodes, skips a dead one, and answers in JSON if both are dead', async () => {
    const own = await ownWorld()
    const statuses = async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => get('/api/models', own)))
      return [...new Set(answers.map(({ status }) => status))]
    }
    expect(await statuses()).toEqual([200])
    for (const node of own.deployment.nodes)
      await expect.poll(() => node.stdout()).toContain('"path":"/api/models","status":200')
    await own.deployment.node(0).kill()
    expect(await statuses()).toEqual([200])
    await own.deployment.node(1).kill()
    const answer = await get('/api/models', own)
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { code: 'shutting-down', retryable: true } },
    ])
  })

  /** Sends raw bytes; returns the first line of the response. */
  function raw({ nginx }: World, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let got = ''
      const socket = connect(Number(new URL(nginx.url).port), '127.0.0.1')
      socket.setEncoding('latin1').on('data', (part: string) => {
        got += part
        if (got.includes('\r\n')) socket.destroy()
      })
      socket.once('close', () => resolve(got.split('\r\n')[0] ?? '')).once('error', reject)
      socket.write(text)
    })
  }

  it('[R7] does not count a node as dead because it ended a bad request', async () => {
    const own = await ownWorld()
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
      expect(await raw(own, text)).toMatch(/ 413 /)
    }
    for (const text of [...nonsense, ...nonsense])
      expect([text.slice(0, 60), await raw(own, text)]).toEqual([
        text.slice(0, 60),
        expect.stringMatching(/^HTTP\/1\.[01] [24]\d\d /),
      ])
    expect(await own.nginx.logs()).not.toMatch(/\[(error|crit)\].*upstream/)
  })
})
