// A room as server-sent events, over real connections to a server process: the same bytes as on a socket, the same
// refusals, and continuation after cuts and crashes.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Seat } from '../support/person.ts'
import type { EventFollower } from '../support/event-follower.ts'
import { EventReader } from '../support/event-reader.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { Person } from '../support/person.ts'
import type { ServerEnvironment } from '../support/server-process.ts'
import { expectSame, House } from './house.ts'

async function openHouse(environment: ServerEnvironment = {}): Promise<House> {
  const house = await House.open(environment)
  onTestFinished(() => house.close())
  return house
}

/** Opens a stream of the room for Bob, or continues one. */
async function read(house: House, follower?: EventFollower, url = house.server.url) {
  const reader = await EventReader.open({
    url,
    roomId: house.roomId,
    token: house.bob.token,
    ...(follower ? { follower } : {}),
  })
  onTestFinished(() => reader.close())
  return reader
}

describe('[R1][W5] a reader of events has the same bytes as a socket', () => {
  let house: House
  let alice: Seat
  let reader: EventReader
  beforeAll(async () => {
    house = await House.open({ MAX_TOKENS: '128000' })
    alice = await house.sit(house.alice)
    const { roomId, bob, server } = house
    reader = await EventReader.open({ url: server.url, roomId, token: bob.token })
  })
  afterAll(async () => {
    reader.close()
    await house.close()
  })

  it.each([
    ['of a paced answer', 'length=3000 gap=5 chunk=40'],
    ['of difficult characters', 'unicode'],
    ['of line ends of every kind, and NUL', 'unicode seed=2'],
    ['of characters that arrive in two halves', 'cut-pairs'],
    ['of thinking', 'thinking-summarized'],
    ['of nothing', 'empty-answer', 'failed'],
    ['of 200 kB', 'length=200000 chunk=400 gap=1'],
    ['of one long line', 'unicode line=300000 chunk=4000'],
    ['of a failure in the middle', 'error', 'failed'],
  ])('%s', async (_, directive, outcome = 'completed') => {
    // Long answers have left the window, so the number cannot be counted there.
    const last = alice.state.messages.findLast((message) => message.kind === 'reply')
    const number = (last?.kind === 'reply' ? last.number : 0) + 1
    await alice.ask(`How? [simulate: ${directive}]`)
    expect((await alice.ended(number)).ended).toMatchObject({ outcome })
    await reader.reaches(alice.state)
    expect(reader.state).toEqual(alice.state)
    await expectSame(house, alice)
  })

  it('of a message, and sees who is present', async () => {
    await alice.send({ type: 'post', text: 'Line\nby line\r\n\r\nid: 1\n\n\u2028', ask: false })
    await reader.until('the message', () => reader.state.offset === alice.state.offset)
    expect(reader.state).toEqual(alice.state)
    const here = alice.view.presence.map(({ memberId }) => memberId)
    expect(here.toSorted()).toEqual([house.alice.memberId, house.bob.memberId].toSorted())
    const told = reader.follower.updates.findLast(
      (update) => 'type' in update && update.type === 'presence',
    )
    expect(told).toMatchObject({ members: here.map((memberId) => ({ memberId })) })
  })

  it('among a hundred readers', async () => {
    const people = [house.alice, house.bob]
    const readers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        EventReader.open({
          url: house.server.url,
          roomId: house.roomId,
          token: people[index % 2]?.token ?? '',
        }),
      ),
    )
    await alice.ask('And for all? [simulate: length=4000 gap=5 chunk=40]')
    await alice.ended()
    for (const one of readers) {
      await one.reaches(alice.state)
      expect(one.state).toEqual(alice.state)
      one.close()
    }
  })
})

describe('[R1.6][W6] a reader that reconnects', () => {
  it('after a cut in the middle gets only the missing part, and ends with the same text', async () => {
    const house = await openHouse()
    const alice = await house.sit(house.alice)
    const proxy = await startTcpProxy(house.server.port)
    onTestFinished(() => proxy.close())
    const before = await read(house, undefined, proxy.url)
    await alice.ask('How? [simulate: length=8000 gap=10 chunk=40]')
    await before.until('some text', ({ text }) => text.length > 500)
    proxy.cut()
    expect(await before.ended).toBe('cut')
    const had = before.text
    await alice.reads(Buffer.byteLength(had) + 500)
    proxy.mend()
    const { follower } = before
    const comes = follower.updates.length
    const after = await read(house, follower, proxy.url)
    await alice.ended()
    await after.reaches(alice.state)
    expect(follower.updates[comes]).toMatchObject({
      type: 'tail',
      runs: [{ at: Buffer.byteLength(had) }],
      entries: [],
    })
    expect(follower.types.filter((type) => type === 'snapshot')).toHaveLength(1)
    const { text } = alice.reply
    expect(after.text).toBe(text)
    // Nothing arrived twice: the text after the cut is exactly the missing part.
    const came = follower.updates.slice(comes).flatMap((update) => {
      if (!('type' in update)) return [update[2]]
      return update.type === 'tail' ? update.runs.map((run) => run.text) : []
    })
    expect(had + came.join('')).toBe(text)
    expect(after.state).toEqual(alice.state)
  })

  it('to a server that was killed and restarted has the same partial text and its end', async () => {
    const house = await openHouse()
    const alice = await house.sit(house.alice)
    const before = await read(house)
    await alice.ask('How? [simulate: length=50000 gap=20 chunk=50]')
    await before.until('some text', ({ text }) => text.length > 200)
    await house.server.kill()
    expect(await before.ended).toBe('cut')
    await house.start()
    const after = await read(house, before.follower)
    await alice.live()
    expect((await alice.ended()).ended).toMatchObject({ outcome: 'interrupted' })
    await after.reaches(alice.state)
    expect(after.state).toEqual(alice.state)
    expect(after.follower.types.filter((type) => type === 'snapshot')).toHaveLength(1)
  })

  it('continues from the header or the URL; with neither it gets the whole room', async () => {
    const house = await openHouse()
    const alice = await house.sit(house.alice)
    await alice.send({ type: 'post', text: 'One.', ask: false })
    const { epoch, offset } = alice.state
    const path = `/api/rooms/${house.roomId}/events`
    const first = async (query: string, id?: string) => {
      const response = await fetch(house.server.url + path + query, {
        headers: {
          authorization: `Bearer ${house.bob.token}`,
          ...(id === undefined ? {} : { 'last-event-id': id }),
        },
      })
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      while (!text.includes('event: synced')) text += (await reader?.read())?.value ?? ''
      await reader?.cancel()
      return /^event: (snapshot|tail)$/m.exec(text)?.[1]
    }
    expect(await first('')).toBe('snapshot')
    expect(await first('', `${epoch}:${offset}:0`)).toBe('tail')
    expect(await first(`?lastEventId=${epoch}:1:0`)).toBe('tail')
    expect(await first(`?lastEventId=${epoch}:1:0`, 'nonsense')).toBe('snapshot')
    expect(await first('?lastEventId=nonsense', `${epoch}:1:0`)).toBe('tail')
    expect(await first('?lastEventId=a&lastEventId=b')).toBe('snapshot')
  })
})

describe('a reader of events', () => {
  it('[R3.1][R3.3] sees who stopped, and not a character beyond the end', async () => {
    const house = await openHouse()
    const [alice, bob] = await house.both()
    const reader = await read(house)
    await alice.ask('How? [simulate: length=50000 gap=5 chunk=50]')
    const { generationId } = await bob.reads(300)
    const stop = await bob.send({ type: 'cancel', generationId, reason: 'enough' })
    await alice.ended()
    await reader.reaches(alice.state)
    expect(reader.state).toEqual(alice.state)
    expect(reader.state.messages.at(-1)).toMatchObject({
      end: stop.ok ? stop.end : null,
      ended: { outcome: 'cancelled', by: house.bob.memberId, reason: 'enough' },
    })
  })

  it('[W7] is told that the room was deleted, and the stream ends', async () => {
    const house = await openHouse()
    const reader = await read(house)
    await reader.until('the room', ({ state }) => state.offset > 0)
    const path = `/api/rooms/${house.roomId}`
    const response = await fetch(house.server.url + path, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${house.alice.token}` },
    })
    expect(response.status).toBe(204)
    expect(await reader.ended).toBe('ended')
    expect(reader.follower.closed).toBe('room-not-found')
    expect(await house.http(house.bob, 'GET', `${path}/events`)).toMatchObject({ status: 404 })
  })

  it('[W7] is told that the server is shutting down, and the server does not wait for it', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '60000' })
    const [reader, deaf] = [await read(house), await read(house)]
    await reader.until('the room', ({ state }) => state.offset > 0)
    deaf.response.pause()
    expect(await house.server.stop()).toBe(0)
    expect(await reader.ended).toBe('ended')
    expect(reader.follower.closed).toBe('shutting-down')
    await house.start()
    const before = reader.follower.types.length
    const after = await read(house, reader.follower)
    await after.until('to be live', ({ follower }) => follower.types.includes('synced', before))
    expect(after.follower.types.filter((type) => type === 'tail')).toHaveLength(1)
  })
})

describe('an event stream is refused', () => {
  let house: House
  let path: string
  beforeAll(async () => {
    house = await House.open()
    path = `/api/rooms/${house.roomId}/events`
  })
  afterAll(() => house.close())

  const refused = (status: number, code: string) => ({ status, body: { error: { code } } })
  const cookie = () => ({ cookie: `roomcast=${house.bob.token}` })

  it('[R6.1][W7] without a session, and with a forged one', async () => {
    expect(await house.http(null, 'GET', path)).toMatchObject(refused(401, 'unauthenticated'))
    const forged = { token: `${house.bob.token.slice(0, -4)}AAAA` }
    expect(await house.http(forged, 'GET', path)).toMatchObject(refused(401, 'unauthenticated'))
    for (const name of ['token', 'access_token', 'authorization'])
      expect(await house.http(null, 'GET', `${path}?${name}=${house.bob.token}`)).toMatchObject(
        refused(401, 'unauthenticated'),
      )
  })

  it('[R6.2] to strangers, as if the room did not exist', async () => {
    const mallory = await Person.come(house.server.url, 'Mallory')
    const theirs = await house.http(mallory, 'GET', path)
    expect(theirs).toMatchObject(refused(404, 'room-not-found'))
    for (const none of ['/api/rooms/nowhere/events', '/api/rooms/no%20room/events'])
      expect(await house.http(mallory, 'GET', none)).toEqual(theirs)
  })

  it('[R6.3] to pages of another origin, whatever credentials they send', async () => {
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'https://evil.test', ...cookie() },
      { origin: 'null', ...cookie() },
    ])
      expect(await house.http(house.bob, 'GET', path, { headers })).toMatchObject(
        refused(403, 'origin-refused'),
      )
  })

  it('for a HEAD request, which has no body', async () => {
    const { status } = await fetch(house.server.url + path, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${house.bob.token}` },
    })
    expect(status).toBe(404)
  })

  it('not to our own pages, with their cookie', async () => {
    const response = await fetch(house.server.url + path, {
      headers: { ...cookie(), origin: house.server.url },
    })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    expect(response.headers.get('content-encoding')).toBe(null)
    await response.body?.cancel()
  })
})
