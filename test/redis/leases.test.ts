// Which owners count as dead on a Redis that several nodes share: none that renews its lease, and none that could not.
import { Redis } from 'ioredis'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import { Keys } from '@roomcast/server/log/redis/keys.ts'
import type { RedisRoomLogOptions } from '@roomcast/server/room-logs.ts'
import type { Started } from '@roomcast/server/judge/room-log.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { newId, openRedisNode, type RedisNode } from './redis-log.ts'
import { aRoom, type TestRoom } from '../doubles/room.ts'

const LEASE_MS = 500
const EACH = { interval: 20 }

let redis: RedisServer
let admin: Redis
let namespaces = 0
let keys: Keys
let nodes: RedisNode[]
/** The node that writes the answers. */
let owner: RedisNode
/** Another node, which judges owners, and its clock. */
let reaper: RedisNode
let clock: SimulatedClock

async function openNode(options: Partial<RedisRoomLogOptions> = {}): Promise<RedisNode> {
  const address = { urls: [redis.url], cluster: false }
  const namespace = `recovery-${namespaces}`
  const node = await openRedisNode(address, { namespace, leaseMs: LEASE_MS, ...options })
  nodes.push(node)
  return node
}

beforeAll(async () => {
  redis = await startRedis({ durable: true })
  admin = new Redis(redis.url).on('error', () => undefined)
})
afterAll(async () => {
  admin.disconnect()
  await redis.stop()
})
beforeEach(async () => {
  namespaces += 1
  keys = new Keys(`recovery-${namespaces}`)
  nodes = []
  clock = new SimulatedClock()
  owner = await openNode()
  reaper = await openNode({ clock })
})
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
})

/** The Redis time in milliseconds, by which leases are measured. */
async function redisNow(): Promise<number> {
  const [seconds, microseconds] = await admin.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

async function leaseOf({ roomId, generationId }: Started): Promise<number> {
  const [generation] = keys.generation(roomId, generationId)
  return Number(await admin.hget(generation, 'lease'))
}

/** Waits until the lease has run out: no owner is judged before that. */
async function runsOut(owned: Started): Promise<void> {
  await expect
    .poll(async () => (await redisNow()) - (await leaseOf(owned)), EACH)
    .toBeGreaterThan(1)
}

const runs = async (room: TestRoom) => (await room.state()).running !== null

describe('an owner', () => {
  test.each([
    ['renews', (node: RedisNode, owned: Started) => node.log.renew(owned)],
    [
      'writes',
      (node: RedisNode, owned: Started, at: number) => node.log.appendReply(owned, at, '.'),
    ],
  ])('[R5.1] that %s is left alone by other nodes, and is ended when it stops', async (_, live) => {
    // So long that it does not run out even on a busy machine; the test ages it by hand.
    const leaseMs = 60_000
    const here = await openNode({ leaseMs })
    const there = await openNode({ leaseMs, clock })
    const room = await aRoom(here.log)
    const owned = await room.asked('alice', 'Why?')
    for (let second = 0; second * 1000 < leaseMs; second++) {
      await clock.advance(1000)
      await there.log.recover(newId)
    }
    const [generation] = keys.generation(room.roomId, owned.generationId)
    const growOlder = () => admin.hincrby(generation, 'lease', -0.9 * leaseMs)
    for (let at = 0; at < 5; at++) {
      await growOlder()
      await live(here, owned, at)
      expect(await there.log.recover(newId)).toEqual([])
      expect(await runs(room)).toBe(true)
    }
    await growOlder()
    await growOlder()
    await expect
      .poll(async () => {
        await there.log.recover(newId)
        return (await room.reply(owned.generationId)).ended
      }, EACH)
      .toMatchObject({ outcome: 'interrupted' })
    expect(await here.log.renew(owned)).toBe(false)
  })

  test('[R5.1] is judged by a new node only after that node has seen a whole lease', async () => {
    const room = await aRoom(owner.log)
    await runsOut(await room.asked('alice', 'Why?'))
    for (const waits of [LEASE_MS - 1, 1]) {
      expect(await reaper.log.recover(newId)).toEqual([])
      expect(await runs(room)).toBe(true)
      await clock.advance(waits)
    }
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] has a whole lease to come back after an outage of Redis', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    await redis.restart()
    await expect.poll(() => nodes.every(({ connections }) => connections.isReady), EACH).toBe(true)
    await runsOut(owned)
    expect(await reaper.log.recover(newId)).toEqual([])
    expect(await owner.log.renew(owned)).toBe(true)
    await runsOut(owned)
    await clock.advance(LEASE_MS)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] has a whole lease to come back after Redis stopped answering', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    redis.pause()
    await expect(reaper.log.recover(newId)).rejects.toThrow()
    redis.resume()
    await runsOut(owned)
    expect(await reaper.log.recover(newId)).toEqual([])
    expect(await owner.log.renew(owned)).toBe(true)
    await runsOut(owned)
    await clock.advance(LEASE_MS)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] has a whole lease to come back after the clock of Redis was set forward', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    expect(await reaper.log.recover(newId)).toEqual([])
    // Simulated time stands still while the time of Redis advances.
    const since = await redisNow()
    await expect.poll(redisNow, EACH).toBeGreaterThan(since + 1200)
    expect(await reaper.log.recover(newId)).toEqual([])
    expect(await owner.log.renew(owned)).toBe(true)
    await runsOut(owned)
    await clock.advance(LEASE_MS)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] has a whole lease to come back after everything was suspended', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    expect(await reaper.log.recover(newId)).toEqual([])
    await runsOut(owned)
    await clock.advance(60_000)
    expect(await reaper.log.recover(newId)).toEqual([])
    expect(await owner.log.renew(owned)).toBe(true)
    await runsOut(owned)
    await clock.advance(LEASE_MS)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] is judged again a whole lease after a suspension, by checks every second', async () => {
    const patient = await openNode({ clock, leaseMs: 6000 })
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await patient.log.recover(newId)
    await clock.advance(60_000)
    await runsOut(owned)
    for (let seconds = 0; seconds < 6; seconds++) {
      expect(await patient.log.recover(newId)).toEqual([])
      expect(await runs(room)).toBe(true)
      await clock.advance(1000)
    }
    await patient.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] that renews between the check and the end is not interrupted', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    const [generation] = keys.generation(room.roomId, owned.generationId)
    await admin.hset(generation, 'lease', 0)
    const { connections } = reaper
    const run = connections.run.bind(connections)
    vi.spyOn(connections, 'run').mockImplementation(async (script, ...rest) => {
      const answer = await run(script, ...rest)
      if (script.name === 'roomcast-lapsed') await owner.log.renew(owned)
      return answer
    })
    await clock.advance(LEASE_MS)
    expect(await reaper.log.recover(newId)).toEqual([])
    expect(await runs(room)).toBe(true)
  })

  test('[R5.1] is not judged by a check that Redis has delayed', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    let frozen = false
    const { connections } = reaper
    const run = connections.run.bind(connections)
    let calls = 0
    // The first call reads the clock, the second checks the owner.
    vi.spyOn(connections, 'run').mockImplementation((...call) => {
      if (++calls === 2) {
        redis.pause()
        frozen = true
      }
      return run(...call)
    })
    const recovering = reaper.log.recover(newId)
    await expect.poll(() => frozen, EACH).toBe(true)
    const since = performance.now()
    await expect.poll(() => performance.now() - since, EACH).toBeGreaterThan(1200)
    await clock.advance(1200)
    redis.resume()
    expect(await recovering).toEqual([])
    expect(await owner.log.renew(owned)).toBe(true)
    expect(await runs(room)).toBe(true)
  })
})

describe('the sweep of all rooms', () => {
  test('runs on one node at a time, and another takes over', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    // A node keeps the sweep for a third of the lease.
    const [one, other] = [
      await openNode({ clock, leaseMs: 3000 }),
      await openNode({ clock, leaseMs: 3000 }),
    ]
    await clock.advance(3000)
    await one.log.recover(newId)
    const [generation] = keys.generation(room.roomId, owned.generationId)
    await admin.hset(generation, 'lease', 0)
    expect(await other.log.recover(newId)).toEqual([])
    expect(await runs(room)).toBe(true)
    await expect
      .poll(async () => {
        await other.log.recover(newId)
        return runs(room)
      }, EACH)
      .toBe(false)
  })

  test('is left to others by a node that may not judge owners yet', async () => {
    const room = await aRoom(owner.log)
    await runsOut(await room.asked('alice', 'Why?'))
    const newcomer = await openNode({ clock: new SimulatedClock() })
    await clock.advance(LEASE_MS)
    expect(await newcomer.log.recover(newId)).toEqual([])
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('keeps a room for a while after its last touch, then forgets it', async () => {
    const room = await aRoom(owner.log)
    await room.end(await room.asked('alice', 'Why?'), 'completed')
    await clock.advance(LEASE_MS)
    const [active] = keys.active
    await expect.poll(() => admin.zscore(active, room.roomId)).not.toBeNull()
    await reaper.log.recover(newId)
    expect(await admin.zscore(active, room.roomId)).not.toBeNull()
    await admin.zadd(active, Math.floor(await redisNow()) - 11_000, room.roomId)
    await reaper.log.recover(newId)
    expect(await admin.zscore(active, room.roomId)).toBeNull()
  })

  test('[R5.1] finds a room again after its record was lost, through its owner or a node that opens it', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    const [active] = keys.active
    const isKnown = async () => (await admin.zscore(active, room.roomId)) !== null
    await expect.poll(isKnown, EACH).toBe(true)
    for (const does of [() => owner.log.renew(owned), () => reaper.log.read(room.roomId)]) {
      await admin.del(active)
      await does()
      await expect.poll(isKnown, EACH).toBe(true)
    }
    await runsOut(owned)
    await clock.advance(LEASE_MS)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })

  test('[R5.1] ends the running generations of 500 rooms, each once, and starts the waiting questions', async () => {
    const rooms: TestRoom[] = []
    for (let index = 0; index < 500; index += 50)
      rooms.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, (_, one) => aRoom(owner.log, `room-${index + one}`)),
        )),
      )
    await Promise.all(
      rooms.map(async (room) => {
        const owned = await room.asked('alice', 'Why?')
        await room.write(owned, 0, 'Bec')
        await room.queued('bob', 'How?')
        const [generation] = keys.generation(room.roomId, owned.generationId)
        await admin.hset(generation, 'lease', 0)
      }),
    )
    await clock.advance(LEASE_MS)
    const began = performance.now()
    const started = await reaper.log.recover(newId)
    process.stdout.write(`500 rooms in ${Math.round(performance.now() - began)} ms\n`)
    expect(new Set(started.map(({ roomId }) => roomId)).size).toBe(500)
    expect(started).toHaveLength(500)
    for (const room of [rooms[0], rooms[250], rooms[499]]) {
      const entries = (await room?.log.read(room.roomId))?.entries.map(({ type }) => type)
      expect(entries?.slice(-3)).toEqual([
        'question-queued',
        'generation-ended',
        'generation-started',
      ])
    }
  })

  test('returns the generations it started even if the answer was lost', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    const waiting = await room.queued('bob', 'How?')
    await room.end(owned, 'interrupted', { next: null })
    const proxy = await startTcpProxy(redis.port)
    onTestFinished(() => proxy.close())
    const address = { urls: [proxy.url.replace('http:', 'redis:')], cluster: false }
    const namespace = `recovery-${namespaces}`
    const far = await openRedisNode(address, { namespace, clock, leaseMs: LEASE_MS })
    nodes.push(far)
    await clock.advance(LEASE_MS)
    const run = far.connections.run.bind(far.connections)
    const spy = vi.spyOn(far.connections, 'run').mockImplementation((script, ...rest) => {
      if (script.name === 'roomcast-append-freeing') {
        spy.mockRestore()
        proxy.loseNextAnswer()
      }
      return run(script, ...rest)
    })
    const started = await far.log.recover(newId)
    expect(started).toMatchObject([{ messageId: waiting, number: 2 }])
    for (const one of started)
      expect(await owner.log.appendReply(one, 0, 'So')).toMatchObject({ ok: true })
  })

  test('shortens a lease that is too long because the clock of Redis was set back', async () => {
    const room = await aRoom(owner.log)
    const owned = await room.asked('alice', 'Why?')
    await clock.advance(LEASE_MS)
    const [generation] = keys.generation(room.roomId, owned.generationId)
    await admin.hset(generation, 'lease', Math.floor(await redisNow()) + 300_000)
    await reaper.log.recover(newId)
    expect(await leaseOf(owned)).toBeLessThanOrEqual((await redisNow()) + LEASE_MS)
    await runsOut(owned)
    await reaper.log.recover(newId)
    expect(await runs(room)).toBe(false)
  })
})
