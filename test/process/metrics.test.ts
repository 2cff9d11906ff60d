// Health and metrics of a server process: they report exactly what happened, and reveal no secrets.
import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Exposition, parseExposition } from '../doubles/exposition.ts'
import { Deployment } from '../support/deployment.ts'
import { Person } from '../support/person.ts'
import {
  startRefused,
  type ServerEnvironment,
  temporaryDirectory,
} from '../support/server-process.ts'
import { House, repliesIn } from './house.ts'
import { RawSocket } from './raw-socket.ts'

async function openHouse(environment: ServerEnvironment = {}): Promise<House> {
  const house = await House.open(environment)
  onTestFinished(() => house.close())
  return house
}

/** The metrics of a server, parsed as strictly as possible. */
async function figuresOf(url: string): Promise<Exposition> {
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return parseExposition(await response.text())
}

/** Waits until a metric has a value. */
async function figureIs(
  url: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): Promise<void> {
  const read = async () => (await figuresOf(url)).value(name, labels)
  await expect.poll(read).toBe(value)
}

/** Every series of a counter that is not 0, such as `{ 'post': 2 }`. */
function counted(figures: Exposition, name: string): Record<string, number> {
  const moved = figures.samples(name).filter(({ value }) => value !== 0)
  return Object.fromEntries(moved.map(({ labels, value }) => [Object.values(labels).join(), value]))
}

async function readiness(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, body: await response.json() }
}

const isAlive = async (url: string) => (await fetch(`${url}/livez`)).status

describe('the metrics of a conversation', () => {
  it('are exact: watchers, questions, stops and bytes sent', async () => {
    const house = await openHouse()
    const { url } = house.server
    const before = await figuresOf(url)
    expect(before.value('roomcast_ready')).toBe(1)
    expect(before.value('roomcast_watchers', { kind: 'socket' })).toBe(0)
    expect(before.value('roomcast_watchers', { kind: 'events' })).toBe(0)
    expect(before.value('roomcast_generations_running')).toBe(0)
    expect(before.value('roomcast_subscription_probe_age_seconds')).toBeUndefined()
    expect(counted(before, 'roomcast_generations_ended_total')).toEqual({})
    expect(counted(before, 'roomcast_commands_total')).toEqual({})
    expect(before.value('roomcast_reply_bytes_total')).toBe(0)

    const [alice, bob] = await house.both()
    const during = await figuresOf(url)
    expect(during.value('roomcast_watchers', { kind: 'socket' })).toBe(2)
    expect(during.value('roomcast_rooms_open')).toBe(1)
    const reading = new AbortController()
    await fetch(`${url}/api/rooms/${house.roomId}/events`, {
      headers: { authorization: `Bearer ${house.bob.token}` },
      signal: reading.signal,
    })
    await figureIs(url, 'roomcast_watchers', { kind: 'events' }, 1)
    reading.abort()
    await figureIs(url, 'roomcast_watchers', { kind: 'events' }, 0)

    await alice.ask('How? [simulate: length=2000 gap=2 chunk=50]')
    expect(await alice.ended(1)).toMatchObject({ ended: { outcome: 'completed' } })
    await alice.ask('And why? [simulate: length=50000 gap=10 chunk=50]')
    const { generationId } = await bob.reads(300, 2)
    await figureIs(url, 'roomcast_generations_running', {}, 1)
    expect(await bob.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    await Promise.all([alice.ended(2), bob.ended(2)])
    await figureIs(url, 'roomcast_generations_running', {}, 0)

    const figures = await figuresOf(url)
    expect(counted(figures, 'roomcast_generations_ended_total')).toEqual({
      'completed,none': 1,
      'cancelled,none': 1,
    })
    expect(counted(figures, 'roomcast_commands_total')).toEqual({ join: 2, post: 2, cancel: 1 })
    expect(counted(figures, 'roomcast_refusals_total')).toEqual({})
    expect(counted(figures, 'roomcast_storage_errors_total')).toEqual({})
    const bytes = repliesIn(alice.state.messages).reduce((sum, { end }) => sum + end, 0)
    expect(bytes).toBeGreaterThan(2300)
    expect(figures.value('roomcast_reply_bytes_total')).toBe(bytes)
    // Both received the whole text, plus framing.
    const sent = (figures.value('roomcast_sent_bytes_total') ?? 0) - bytes * 2
    expect(sent).toBeGreaterThan(0)

    const count = (name: string, labels = {}) =>
      figures.value(`roomcast_${name}_count`, labels) ?? 0
    expect(count('append_seconds')).toBeGreaterThan(2)
    const deltas = count('fan_out_seconds', { update: 'delta' })
    // The last text of a completed answer is sent with its end.
    expect([deltas, deltas - 1]).toContain(count('delta_lag_seconds'))
    expect(count('delta_lag_seconds')).toBeGreaterThan(2)
    expect(count('cancel_seconds')).toBe(1)
    expect(count('cancel_upstream_closed_seconds')).toBe(1)

    alice.leave()
    bob.leave()
    await figureIs(url, 'roomcast_watchers', { kind: 'socket' }, 0)
  })

  it('name failures and refusals by their codes', async () => {
    const house = await openHouse()
    const { url } = house.server
    const alice = await house.sit(house.alice)
    await alice.ask('How? [simulate: unauthorized]')
    await alice.ended(1)
    await house.http(null, 'GET', '/api/rooms')
    await house.http(house.bob, 'GET', '/api/rooms/unknown/messages')
    const raw = await RawSocket.connect(url, { token: house.bob.token })
    await raw.command('post', { roomId: house.roomId, text: ' ', ask: true })
    await raw.command('Alice Example', { roomId: house.roomId })
    await raw.command('retry', { roomId: house.roomId, generationId: 'unknown' })
    const ended = { outcome: 'failed', code: 'authentication' }
    await figureIs(url, 'roomcast_generations_ended_total', ended, 1)
    const figures = await figuresOf(url)
    expect(counted(figures, 'roomcast_refusals_total')).toEqual({
      'http,unauthenticated': 1,
      'http,room-not-found': 1,
      'socket,message-empty': 1,
      'socket,unknown-command': 1,
      'socket,generation-not-found': 1,
    })
    expect(counted(figures, 'roomcast_commands_total')).toMatchObject({ unknown: 1, retry: 1 })
  })

  it('contain no room, no person, and nothing from members', async () => {
    const house = await openHouse()
    const { url } = house.server
    const secret = () => `planted${randomUUID().replaceAll('-', '')}`
    const [name, title, text, reason, type] = [secret(), secret(), secret(), secret(), secret()]
    const carol = await Person.come(url, name)
    const { roomId } = await carol.makeRoom(title)
    const seat = await house.sit(carol, roomId)
    await seat.ask(`${text} [simulate: bad-request]`)
    await seat.ended(1)
    await seat.ask(`${text} [simulate: stall]`)
    const { generationId } = await seat.reads(1)
    await seat.send({ type: 'cancel', generationId, reason })
    const raw = await RawSocket.connect(url, { token: carol.token })
    await raw.command(type, { roomId })
    await house.http(carol, 'GET', `/api/${type}`)
    await figureIs(url, 'roomcast_generations_running', {}, 0)

    const { families, text: told } = await figuresOf(url)
    const secrets = [name, title, text, reason, type, roomId, carol.memberId, generationId]
    for (const planted of [...secrets, house.roomId, house.alice.memberId, 'Alice', 'Bob'])
      expect({ planted, found: told.includes(planted) }).toEqual({ planted, found: false })
    const ours = families.filter(({ name: family }) => family.startsWith('roomcast_'))
    // Tokens are labelled with the model, and with a value that stands for a member but is nobody's id.
    const isOther = (label: string) => ['le', 'model', 'member'].includes(label)
    const valuesOf = (of: (label: string) => boolean) =>
      ours.flatMap(({ samples }) =>
        samples.flatMap(({ labels }) =>
          Object.entries(labels).flatMap(([label, value]) => (of(label) ? [value] : [])),
        ),
      )
    for (const value of valuesOf((label) => label === 'member'))
      expect(value).toMatch(/^[0-9a-f]{12}$/)
    expect(new Set(valuesOf((label) => label === 'model'))).toEqual(new Set(['claude-opus-5-5']))
    const values = valuesOf((label) => !isOther(label))
    expect(values.length).toBeGreaterThan(50)
    for (const value of values) expect(value).toMatch(/^[a-z-]{2,24}$/)
  })
})

describe('a node that is shutting down', () => {
  it('is alive and not ready, says so on both listeners, and leaves its members connected', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '60000', OPERATOR_PORT: '0' })
    const { server } = house
    const operator = await operatorOf(server)
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: stall]')
    const { generationId } = await alice.reads(1)
    for (const url of [server.url, operator]) {
      expect(await readiness(url)).toEqual({ status: 200, body: { ready: true } })
      expect(await isAlive(url)).toBe(200)
    }
    const exit = server.stop()
    await expect.poll(async () => (await readiness(operator)).status).toBe(503)
    const failing = [{ name: 'draining', why: 'Going down.' }]
    for (const url of [server.url, operator]) {
      expect(await readiness(url)).toEqual({ status: 503, body: { ready: false, failing } })
      expect(await isAlive(url)).toBe(200)
    }
    const figures = await figuresOf(operator)
    expect(figures.value('roomcast_ready')).toBe(0)
    expect(figures.value('roomcast_watchers', { kind: 'socket' })).toBe(2)
    expect(await bob.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    expect(await exit).toBe(0)
    await expect(fetch(`${operator}/livez`)).rejects.toThrow()
  })
})

/** The address of the operator's listener, from the server's output. */
async function operatorOf({ stderr }: { stderr: () => string }): Promise<string> {
  const found = () => /For the operator, .+: (http:\S+)/.exec(stderr())?.[1]
  await expect.poll(found).toBeTypeOf('string')
  return found() ?? ''
}

describe("the operator's listener", () => {
  it('has the metrics, which the public one no longer has, and nothing from the rooms', async () => {
    const house = await openHouse({ OPERATOR_PORT: '0' })
    const { url } = house.server
    const operator = await operatorOf(house.server)
    expect(new URL(operator).hostname).toBe('127.0.0.1')
    expect((await figuresOf(operator)).families.length).toBeGreaterThan(20)
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
    expect((await readiness(url)).status).toBe(200)
    for (const path of ['/', '/api/models', '/api/rooms'])
      expect((await fetch(operator + path)).status).toBe(404)
    await expect(RawSocket.connect(operator, { token: house.alice.token })).rejects.toThrow()
  })

  it('with a port already in use makes the server report it and not start', async () => {
    const house = await openHouse()
    const directory = await temporaryDirectory()
    onTestFinished(() => directory.remove())
    const { code, stderr } = await startRefused({
      DATA_DIR: directory.path,
      OPERATOR_PORT: String(house.server.port),
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Roomcast could not start: .*EADDRINUSE.*\n$/)
  })
})

describe('a server that is open to the network', () => {
  it('shows its metrics to this machine, and to no client behind a proxy', async () => {
    const house = await openHouse({ HOST: '0.0.0.0', TRUST_PROXY: '1', OPEN: 'yes' })
    const url = `http://127.0.0.1:${house.server.port}`
    await figuresOf(url)
    const headers = { 'x-forwarded-for': '127.0.0.1' }
    const response = await fetch(`${url}/metrics`, { headers })
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: { code: 'not-found' } },
    ])
  })
})

describe('a node whose Redis does not answer', () => {
  it('is not ready after some seconds and not before, keeps everybody connected, and recovers by itself', async () => {
    const deployment = await Deployment.open(1)
    onTestFinished(() => deployment.close())
    const { url } = deployment.node(0)
    const { roomId, people } = await deployment.room('Alice')
    const [alice] = await deployment.sit(people, roomId)
    const age = (await figuresOf(url)).value('roomcast_subscription_probe_age_seconds') ?? NaN
    expect(age).toBeGreaterThanOrEqual(0)
    expect(await readiness(url)).toEqual({ status: 200, body: { ready: true } })

    // This client sends nothing and never reconnects, so a node that closes its connection is noticed.
    const quiet = await RawSocket.connect(url, { token: people[0]?.token ?? '' })
    deployment.redis?.pause()
    // Sent while Redis is silent: the client repeats it until it is answered.
    const said = alice?.send({ type: 'post', text: 'Anybody?', ask: false })
    const states: unknown[] = []
    const state = async () => {
      const { status, body } = await readiness(url)
      states.push(status)
      return body
    }
    await expect
      .poll(state, { interval: 200 })
      .toMatchObject({ ready: false, failing: [{ name: 'storage' }] })
    // The node was patient first; health.test.ts tests for how long.
    expect(states[0]).toBe(200)
    expect(await isAlive(url)).toBe(200)
    expect(alice?.view.status.kind).toBe('paused')

    deployment.redis?.resume()
    await expect.poll(state).toEqual({ ready: true })
    await alice?.live()
    expect(await said).toMatchObject({ ok: true })
    expect(await quiet.command('join', { roomId })).toMatchObject({ ok: true })
    await alice?.ask('Still there? [simulate: length=100]')
    expect(await alice?.ended(1)).toMatchObject({ ended: { outcome: 'completed' } })
    await figureIs(url, 'roomcast_watchers', { kind: 'socket' }, 2)
    const figures = await figuresOf(url)
    // Updates arrive through the subscriptions again.
    expect(figures.value('roomcast_delta_lag_seconds_count')).toBeGreaterThan(0)
    const away = { code: 'storage-uncertain' }
    expect(figures.value('roomcast_storage_errors_total', away)).toBeGreaterThan(0)
  })
})
