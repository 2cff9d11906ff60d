// Rooms by event stream, one behaviour at a time: the real streams, rooms and log, without a network.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Refusal } from '@roomcast/shared/protocol'
import { SimulatedReader } from '../doubles/reader.ts'
import { SimulatedResponse } from '../doubles/response.ts'
import { House } from './house.ts'

let house: House
beforeEach(async () => {
  house = await House.make()
})
afterEach(() => house.close())

const reader = (memberId = 'alice') => new SimulatedReader(house.events, memberId)

async function reading(memberId = 'alice'): Promise<SimulatedReader> {
  const one = reader(memberId)
  await one.open()
  one.read()
  return one
}

async function refusalOf(act: Promise<void>): Promise<string | null> {
  try {
    await act
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.body.code
    throw error
  }
}

describe('an event stream', () => {
  test('[R1.6][W5] gives the room, the presence and `synced`, then live updates', async () => {
    const alice = await reading()
    expect(alice.types).toEqual(['snapshot', 'presence', 'synced'])
    expect(alice.response.headers).toMatchObject({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
      'X-Accel-Buffering': 'no',
    })
    const started = await house.answering('0 ')
    await house.room.write(started, 2, { text: '', mark: 'thinking' }, '1\r\n\n\u2028', '𠮷')
    await house.room.cancel('bob', started.generationId, 'enough')
    expect(alice.took().slice(3)).toEqual([
      'entries',
      'delta',
      'delta',
      'delta',
      'delta',
      'entries',
    ])
    expect(alice.state).toEqual(await house.room.state())
  })

  test('[R1.6] loses nothing between the initial state and the live updates', async () => {
    const started = await house.answering('0')
    const readers = Array.from({ length: 20 }, () => reader('bob'))
    let end = 1
    for (const one of readers) {
      void one.open()
      end = await house.room.write(started, end, `${end} `)
      await house.room.say('carol', 'meanwhile')
    }
    await house.clock.advance(0)
    await house.room.end(started, 'completed')
    const state = await house.room.state()
    for (const one of readers) {
      one.read()
      expect(one.state).toEqual(state)
    }
  })

  test('shares one frame with all other streams of the room', async () => {
    const started = await house.answering('a')
    const readers = await Promise.all(Array.from({ length: 50 }, () => reading('bob')))
    await house.room.write(started, 1, 'the same')
    const [frame, ...others] = readers.map(({ response }) => response.frames.at(-1))
    expect(frame?.toString()).toMatch(/^event: delta\nid: .*\ndata: \[1,1,"the same"\]\n\n$/)
    for (const other of others) expect(other).toBe(frame)
  })

  test('sends a comment every 15 s, and sets the delay before a reconnect', async () => {
    const alice = await reading()
    await house.clock.advance(60_000)
    alice.read()
    expect(alice.follower.comments).toBe(4)
    expect(alice.follower.retryMs).toBe(2000)
    expect(alice.types.slice(3)).toEqual(['presence', ...Array<string>(6).fill('heartbeat')])
  })

  test('makes its member present while it lasts', async () => {
    const bob = await house.watch('bob')
    const alice = await reading()
    await house.clock.advance(100)
    expect(bob.updates.at(-1)).toMatchObject({
      type: 'presence',
      members: [{ memberId: 'bob' }, { memberId: 'alice' }],
    })
    alice.cut()
    await house.clock.advance(3000)
    expect(bob.updates.at(-1)).toMatchObject({ members: [{ memberId: 'bob' }] })
    expect(house.events.size).toBe(0)
  })
})

describe('resuming an event stream', () => {
  test('[R1.6][W6] gives everything after the last complete event, and no more', async () => {
    const started = await house.answering('0123456789')
    const alice = await reading()
    await house.room.write(started, 10, 'abc', 'def')
    const unread = alice.unread
    alice.read(unread - 3)
    alice.cut()
    await house.room.write(started, 16, 'ghi')
    await house.room.say('bob', 'meanwhile')
    alice.follower.types.length = 0
    await alice.open()
    expect(alice.took()).toEqual(['tail', 'presence', 'synced'])
    expect(alice.follower.updates.at(-3)).toMatchObject({
      runs: [{ at: 13, text: 'defghi' }],
      entries: [{ type: 'message-posted', text: 'meanwhile' }],
    })
    expect(alice.state).toEqual(await house.room.state())
  })

  test.each([
    ['of another log', 'another:3:0'],
    ['ahead of the room', 'epoch-1:1000000:0'],
    ['beyond whole numbers', 'epoch-1:9999999999999999:0'],
    ['that is not a position', 'epoch-1'],
    ['with extra content', 'epoch-1:1:0:1'],
    ['without numbers', 'epoch-1::'],
    ['that is not printable', 'epoch\u0000:1:1'],
    ['that is empty', ''],
  ])('[W6] with an id %s gives the whole room', async (_, id) => {
    await house.answering('a')
    const alice = reader()
    await alice.open('room', id)
    expect(alice.took()).toEqual(['snapshot', 'presence', 'synced'])
    expect(alice.state).toEqual(await house.room.state())
  })
})

describe('an event stream is refused', () => {
  test('[R6.1][R6.2] to strangers as if the room did not exist, before anything is written', async () => {
    const mallory = reader('mallory')
    for (const roomId of ['room', 'nowhere']) {
      expect(await refusalOf(mallory.open(roomId))).toBe('room-not-found')
      expect(mallory.response.headersSent).toBe(false)
    }
    expect(house.events.size).toBe(0)
  })

  test('[R7.2] beyond a hundred per member, and allowed again when one has ended', async () => {
    const readers = await Promise.all(Array.from({ length: 100 }, () => reading()))
    const more = reader()
    expect(await refusalOf(more.open())).toBe('rate-limited')
    expect(more.response.headersSent).toBe(false)
    expect(await refusalOf(reader('bob').open())).toBe(null)
    readers[0]?.cut()
    expect(await refusalOf(more.open())).toBe(null)
  })

  test('[R7.2] beyond a hundred even if all are opened at once', async () => {
    const refused = await Promise.all(Array.from({ length: 120 }, () => refusalOf(reader().open())))
    expect(refused.filter((code) => code === 'rate-limited')).toHaveLength(20)
    expect(house.events.size).toBe(100)
  })

  test('to a client that has gone meanwhile, leaving nothing behind', async () => {
    const response = new SimulatedResponse()
    const watching = house.events.watch(
      { memberId: 'alice', address: 'here' },
      'room',
      undefined,
      response.asResponse,
    )
    response.leave()
    await watching
    const late = new SimulatedResponse()
    const joining = house.events.watch(
      { memberId: 'alice', address: 'here' },
      'room',
      undefined,
      late.asResponse,
    )
    await Promise.resolve()
    await Promise.resolve()
    late.leave()
    await joining
    await house.clock.advance(3000)
    expect(house.events.size).toBe(0)
    expect(house.presence.present('room')).toEqual([])
  })
})

describe('an event stream that does not drain', () => {
  test('[R7.2] leaves the live path, and returns with one tail', async () => {
    const started = await house.answering('a')
    const alice = await reading()
    alice.response.writableLength = 300_000
    await house.clock.advance(250)
    alice.took()
    await house.room.write(started, 1, 'b', 'c', 'd')
    await house.room.say('bob', 'meanwhile')
    expect(alice.took()).toEqual([])
    alice.response.writableLength = 0
    await house.clock.advance(250)
    expect(alice.took()).toEqual(['tail', 'presence', 'synced'])
    await house.room.write(started, 4, 'e')
    alice.read()
    expect(alice.state).toEqual(await house.room.state())
  })

  test('[R7.2] for 30 s is closed, and may resume where it was', async () => {
    const started = await house.answering('a')
    const alice = await reading()
    alice.response.writableLength = 300_000
    await house.clock.advance(30_000)
    expect(alice.response.destroyed).toBe(false)
    await house.clock.advance(500)
    expect(alice.response.destroyed).toBe(true)
    expect(house.events.size).toBe(0)
    await house.room.write(started, 1, 'b')
    alice.took()
    await alice.open()
    expect(alice.took()).toEqual(['tail', 'presence', 'synced'])
    expect(alice.state).toEqual(await house.room.state())
  })

  test('[R7.2] and has far too much unsent is closed at once', async () => {
    const alice = await reading()
    alice.response.writableLength = 33 * 1024 * 1024
    await house.clock.advance(250)
    expect(alice.response.destroyed).toBe(true)
  })
})

describe('an event stream ends', () => {
  test('[W7] when its room is deleted, and says so, even if it had stalled', async () => {
    const [alice, bob] = [await reading(), await reading('bob')]
    bob.response.writableLength = 300_000
    await house.clock.advance(250)
    await house.log.deleteRoom('room')
    await house.clock.advance(0)
    for (const one of [alice, bob]) {
      one.read()
      expect(one.follower.closed).toBe('room-not-found')
      expect(one.response.writableEnded).toBe(true)
    }
    expect(await refusalOf(alice.open())).toBe('room-not-found')
    // The reader has not read the earlier data: the server waits for it no longer than for other stalled readers.
    await house.clock.advance(31_000)
    expect(bob.response.destroyed).toBe(true)
    expect(house.events.size).toBe(0)
  })

  test('[W7] when the server shuts down, and says so; new ones are refused', async () => {
    const [alice, bob] = [await reading(), await reading('bob')]
    bob.response.writableLength = 1000
    let over = false
    const closing = house.events.close().then(() => (over = true))
    alice.read()
    expect(alice.follower.closed).toBe('shutting-down')
    expect(await refusalOf(alice.open())).toBe('shutting-down')
    await house.clock.advance(1900)
    expect(over).toBe(false)
    await house.clock.advance(200)
    await closing
    expect(bob.response.destroyed).toBe(true)
    expect(house.events.size).toBe(0)
  })
})
