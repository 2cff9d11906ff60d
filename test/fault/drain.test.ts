// A node is told to shut down while others run: its clients are sent to the others one after another, its running
// answer goes on, and nobody loses a question or has to ask twice.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawSocket } from '../process/raw-socket.ts'
import { Deployment } from '../support/deployment.ts'
import { EventReader } from '../support/event-reader.ts'
import { startNginx } from '../support/nginx.ts'
import type { Person, Seat } from '../support/person.ts'
import { startServerProcess } from '../support/server-process.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

/** One leaves every 20 ms, so that for seconds some have left and others not; a member may have a hundred. */
const SOCKETS = 180

/**
 * Sends the head of a request, and resolves when the server has begun to handle it: it then asks for the body.
 * @returns a function that sends the body and returns the status of the response
 */
async function beginRequest(
  url: string,
  token: string,
  body: object,
): Promise<() => Promise<number>> {
  const text = JSON.stringify(body)
  const sent = request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      expect: '100-continue',
    },
  })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  // The caller that awaits the promise sees a failure.
  answered.catch(() => undefined)
  sent.flushHeaders()
  await once(sent, 'continue')
  return async () => {
    sent.end(text)
    const [response] = await answered
    response.resume()
    return response.statusCode ?? 0
  }
}

interface World {
  readonly deployment: Deployment
  /** The public address. */
  readonly url: string
  /** A member's path to the server: to the first node at first, later to the public address. */
  readonly viaFirst: (person: Person) => Promise<{ person: Person; wire: TcpProxy }>
  readonly leadOn: (...wires: readonly TcpProxy[]) => void
}

/** Two nodes behind nginx, with the shipped configuration. */
async function openWorld(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  const deployment = await Deployment.open(2, { environment })
  onTestFinished(() => deployment.close())
  const nginx = await startNginx({ nodes: [deployment.node(0).port, deployment.node(1).port] })
  onTestFinished(() => nginx.stop())
  const port = Number(new URL(nginx.url).port)
  return {
    deployment,
    url: nginx.url,
    viaFirst: async (person) => {
      const wire = await startTcpProxy(deployment.node(0).port)
      onTestFinished(() => wire.close())
      return { person: person.at(wire.url), wire }
    },
    leadOn: (...wires) => {
      for (const wire of wires) wire.leadTo(port)
    },
  }
}

async function isUnready(url: string): Promise<void> {
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503)
}

/** The messages that a newcomer sees. */
async function newcomer(person: Person, roomId: string): Promise<Seat['state']['messages']> {
  const seat = person.sit(roomId)
  onTestFinished(() => seat.leave())
  await seat.live()
  return seat.state.messages
}

describe('a node that shuts down while others run', () => {
  it('[R1][R4.1] sends its clients to them, where they see its answer to the end, and accepts no question', async () => {
    const { deployment, url, viaFirst, leadOn } = await openWorld({ SHUTDOWN_MS: '30000' })
    const { roomId, people } = await deployment.room('Alice', 'Bob', 'Carol')
    const [alice, bob, carol] = people as [Person, Person, Person]
    const ways = [await viaFirst(alice), await viaFirst(bob)] as const
    const crowd = Array.from({ length: 8 }, () => carol.at(url))
    const seats = await deployment.sit([ways[0].person, ways[1].person, ...crowd], roomId)
    const [aliceSits, bobSits] = seats as [Seat, Seat]
    const reader = await EventReader.open({ url: deployment.node(0).url, roomId, token: bob.token })
    onTestFinished(() => reader.close())

    await aliceSits.ask('Why? [simulate: unicode length=8000 gap=25 chunk=50]')
    await Promise.all(seats.map((seat) => seat.reads(300)))
    leadOn(ways[0].wire, ways[1].wire)
    const { length } = reader.text
    const exit = deployment.node(0).stop()
    await isUnready(deployment.node(0).url)
    // The question is refused here and accepted on the other node; its author notices only a short delay.
    expect(await bobSits.ask('And then? [simulate: length=200]')).toMatchObject({
      ok: true,
      queued: true,
    })
    expect(aliceSits.reply.ended).toBeNull()
    await Promise.all(
      seats.map((seat) =>
        seat.until(
          'at the other node',
          ({ status, closing }) => status.kind === 'live' && !closing,
        ),
      ),
    )
    const first = await aliceSits.ended(1)
    expect(first).toMatchObject({ ended: { outcome: 'completed' } })
    expect(first.text).toContain(deployment.simulator.requests[0]?.text ?? 'asked')
    expect(await exit).toBe(0)
    expect(await reader.ended).toBe('ended')
    expect(reader.follower.closed).toBe('shutting-down')
    // The reader cannot ask, so it stays on this node as long as there is text to read.
    expect(reader.text.length).toBeGreaterThan(length + 1000)
    const again = await EventReader.open({
      url,
      roomId,
      token: bob.token,
      follower: reader.follower,
    })
    onTestFinished(() => again.close())

    for (const seat of seats)
      expect(await seat.ended(2)).toMatchObject({ ended: { outcome: 'completed' } })
    const messages = await newcomer(carol.at(url), roomId)
    for (const seat of seats) expect(seat.state.messages).toEqual(messages)
    await again.reaches(aliceSits.state)
    expect(again.state.messages).toEqual(messages)
    expect(reader.follower.types.filter((type) => type === 'snapshot')).toHaveLength(1)
  })

  it('disconnects clients one after another, and serves those still connected', async () => {
    const { deployment, url } = await openWorld({ SHUTDOWN_MS: '30000' })
    const { roomId, people } = await deployment.room('Alice', 'Bob')
    const [alice, bob] = people as [Person, Person]
    const node = deployment.node(0)
    const sockets = await Promise.all(
      [...Array(SOCKETS).keys()].map((index) =>
        RawSocket.connect(node.url, { token: (index % 2 ? alice : bob).token }),
      ),
    )
    const gone: number[] = []
    sockets.forEach((socket, index) => void socket.closed.then(() => gone.push(index)))
    for (const socket of sockets) await socket.command('join', { roomId })
    const exit = node.stop()
    await expect.poll(() => gone.length, { interval: 5 }).toBeGreaterThan(0)
    expect(gone.length).toBeLessThan(SOCKETS - 20)
    const last = sockets.findLast((_, index) => !gone.includes(index))
    expect(await last?.command('post', { roomId, text: 'Still here.', ask: false })).toMatchObject({
      ok: true,
    })
    // The node itself accepts nobody any more …
    const refused = await RawSocket.connect(node.url, { token: alice.token }).catch(() => null)
    expect(refused).toBeNull()
    // … and the proxy leads them to the other node.
    for (let count = 0; count < 6; count++)
      (await RawSocket.connect(url, { token: alice.token })).close()
    await Promise.all(sockets.map((socket) => socket.closed))
    for (const { updates } of sockets)
      expect(updates.at(-1)).toMatchObject({
        type: 'closed',
        error: { code: 'shutting-down', retryable: true },
      })
    expect(await exit).toBe(0)
    expect((await newcomer(bob.at(url), roomId)).at(-1)).toMatchObject({ text: 'Still here.' })
  })

  it('finishes a request it has begun before it exits', async () => {
    const deployment = await Deployment.open(1, { environment: { SHUTDOWN_MS: '0' } })
    onTestFinished(() => deployment.close())
    const { people } = await deployment.room('Alice')
    const [alice] = people as [Person]
    const begun = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        beginRequest(`${deployment.node(0).url}/api/rooms`, alice.token, {
          title: `Room ${index}`,
        }),
      ),
    )
    const node = deployment.node(0)
    const exit = node.stop()
    await expect.poll(() => node.stdout() + node.stderr()).toMatch(/going down/i)
    const statuses = await Promise.all(begun.map((finish) => finish()))
    expect(new Set(statuses)).toEqual(new Set([201]))
    expect(await exit).toBe(0)
  })
})

describe('a node that is told to shut down twice', () => {
  it.each([
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('exits at once, by %s and then %s, with exit code 130', async (once, twice) => {
    const deployment = await Deployment.open(1, { environment: { SHUTDOWN_MS: '60000' } })
    onTestFinished(() => deployment.close())
    const { roomId, people } = await deployment.room('Alice')
    const [alice] = await deployment.sit(people, roomId)
    await alice?.ask('How? [simulate: stall]')
    await alice?.reads(1)
    const node = deployment.node(0)
    const exit = node.stop(once)
    await isUnready(node.url)
    expect(await node.stop(twice)).toBe(130)
    expect(await exit).toBe(130)
  })

  it('exits at once although Redis is frozen; told once, it does not wait for Redis forever', async () => {
    const deployment = await Deployment.open(1, { environment: { SHUTDOWN_MS: '60000' } })
    onTestFinished(() => deployment.close())
    const patient = deployment.node(0)
    const hasty = await startServerProcess({ ...deployment.environment, SHUTDOWN_MS: '300' })
    onTestFinished(() => hasty.kill())
    for (const { url } of [patient, hasty]) {
      const { roomId, people } = await deployment.room('Alice')
      const [seat] = await deployment.sit(
        people.map((person) => person.at(url)),
        roomId,
      )
      await seat?.ask('How? [simulate: stall]')
      await seat?.reads(1)
    }
    deployment.redis?.pause()
    onTestFinished(() => deployment.redis?.resume())
    const exits = [patient.stop(), hasty.stop()]
    await expect.poll(() => patient.stderr()).toContain('Going down')
    expect(await patient.stop('SIGINT')).toBe(130)
    expect(await Promise.all(exits)).toEqual([130, 0])
  })
})
