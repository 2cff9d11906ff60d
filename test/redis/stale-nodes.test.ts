// A node's knowledge may be outdated, and Redis may hold odd data: no decision rests on the former, and the latter
// stops nobody.
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RedisServer } from '../support/redis-server.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { newId, openRedisNode, type RedisNode } from './redis-log.ts'
import { aRoom, refusalOf, type TestRoom } from '../doubles/room.ts'
import { useRedis } from './use-redis.ts'

const LEASE_MS = 500

let redis: RedisServer
let admin: Redis
let nodes: RedisNode[]
/** The clock of the node that sweeps all rooms. */
let clock: SimulatedClock
let sweeper: RedisNode
/** The same room on two nodes; the second is the sweeper's. */
let here: TestRoom
let there: TestRoom
let namespace: string

useRedis((inUse) => ({ redis, admin } = inUse))
let rooms = 0
beforeEach(async () => {
  namespace = `stale-${(rooms += 1)}`
  clock = new SimulatedClock()
  nodes = []
  const first = await open()
  sweeper = await open({ clock, leaseMs: LEASE_MS })
  here = await aRoom(first.log)
  there = here.on(sweeper.log)
})
afterEach(() => Promise.all(nodes.map((node) => node.close())))

async function open(
  options: { readonly clock?: SimulatedClock; readonly leaseMs?: number } = {},
): Promise<RedisNode> {
  const address = { urls: [redis.url], cluster: false }
  const node = await openRedisNode(address, { namespace, ...options })
  nodes.push(node)
  return node
}

const key = (part = '') => `${namespace}:{room}${part}`

describe('a node that sweeps all rooms and follows none', () => {
  test('[R2.4] starts the waiting question although it believes that another answer runs', async () => {
    const running = await there.asked('alice', 'Why?')
    const waiting = await there.queued('bob', 'And?')
    await here.end(running, 'completed', { next: null })
    await clock.advance(LEASE_MS)
    expect(await sweeper.log.recover(newId)).toMatchObject([{ messageId: waiting }])
  })

  test('[R2.4] starts the waiting question although it believes that the queue is held', async () => {
    const running = await here.asked('alice', 'Why?')
    const waiting = await here.queued('bob', 'And?')
    await there.cancel('bob', running.generationId)
    await here.log.resume('room', { commandId: 'resume', by: 'alice', generationId: null })
    await clock.advance(LEASE_MS)
    expect(await sweeper.log.recover(newId)).toMatchObject([{ messageId: waiting }])
  })
})

test('[R6.4] of two members who join at once with one name, the second must choose another', async () => {
  const follower = await open()
  const room = here.on(follower.log)
  await room.say('bob', 'Hello')
  // The node has not heard of these messages.
  for (let count = 0; count < 20; count++) await here.say('bob', `${count}`)
  const { offset: seen } = await here.state()
  const join = (memberId: string) =>
    follower.log.join('room', { commandId: newId(), memberId, name: 'Dora', role: 'member', seen })
  const [one, other] = await Promise.allSettled([join('dora-1'), join('dora-2')])
  expect([one.status, other.status]).toEqual(['fulfilled', 'rejected'])
  const names = (await here.state()).members.map(({ name }) => name)
  expect(names.filter((name) => name === 'Dora')).toHaveLength(1)
})

describe('a room reserved by another node', () => {
  async function reserve(): Promise<void> {
    const [seconds = 0] = (await admin.time()).map(Number)
    await admin.hset(key(), 'reserved', `other ${(seconds + 2) * 1000}`)
  }

  test('[R3.1] still accepts a stop, and stays reserved', async () => {
    const running = await here.asked('alice', 'Why?')
    await reserve()
    let isPosted = false
    const post = here.say('bob', 'Hello').then(() => (isPosted = true))
    expect(await here.cancel('carol', running.generationId)).toMatchObject({ ok: true })
    expect(isPosted).toBe(false)
    expect(await admin.hget(key(), 'reserved')).toMatch(/^other /)
    await post
  })

  test('[R6.7] refuses the stop of a removed member', async () => {
    const running = await here.asked('alice', 'Why?')
    await here.remove('alice', 'bob')
    await reserve()
    expect(await refusalOf(here.cancel('bob', running.generationId))).toBe('removed')
  })
})

test('[R4.1] a question that another node has restored is not refused when it is repeated', async () => {
  await here.asked('alice', 'First?')
  const post = here.newPost('bob', 'Why?', true)
  const { entries } = await here.log.post('room', post)
  await admin.hdel(key(':commands'), `bob ${post.commandId}`)
  for (let count = 0; count < 4; count++) await here.queued('bob', `${count}`)
  expect(await refusalOf(here.ask('bob', 'One more?'))).toBe('queue-full')
  expect((await here.log.post('room', { ...post, generationId: newId() })).entries).toEqual(entries)
})

test('a room written by later rules accepts only stops here', async () => {
  const running = await here.asked('alice', 'Why?')
  await admin.hset(key(), 'rules', 99)
  expect(await refusalOf(here.say('bob', 'Hello'))).toBe('storage-unavailable')
  expect(await refusalOf(there.ask('bob', 'How?'))).toBe('storage-unavailable')
  expect(await here.cancel('bob', running.generationId)).toMatchObject({ ok: true })
  expect(await admin.hget(key(), 'rules')).toBe('99')
})

test('a room goes on after a script failed halfway', async () => {
  await here.say('bob', 'Hello')
  await admin.call('ACL', 'SETUSER', 'default', '-zadd')
  const refused = await refusalOf(here.say('bob', 'So'))
  await admin.call('ACL', 'SETUSER', 'default', '+zadd')
  expect(refused).toBe('storage-unavailable')
  await here.say('bob', 'And')
  await there.say('carol', 'Well')
})

test('a room with an unreadable start goes on, and the running answer can be ended', async () => {
  const running = await here.asked('alice', 'Why?')
  const all = await admin.xrange(key(':entries'), '-', '+')
  await admin.del(key(':entries'))
  for (const [id, fields] of all)
    await admin.xadd(
      key(':entries'),
      id,
      ...fields.map((field) => field.replace('"number":1', '"number":"x"')),
    )
  const fresh = here.on((await open()).log)
  const [said, asked] = await Promise.all([fresh.say('bob', 'Hi'), fresh.ask('bob', 'Why?')])
  expect(said.entries).toHaveLength(1)
  expect(asked.entries.map(({ type }) => type)).toEqual(['message-posted', 'question-queued'])
  expect(await fresh.end(running, 'completed')).toMatchObject({
    ok: true,
    ended: { number: 1 },
    started: { number: 2 },
  })
})

test('a room whose last entry is missing is read to its end', async () => {
  await here.say('bob', 'Hello')
  const offset = await admin.hget(key(), 'offset')
  await admin.xdel(key(':entries'), `${offset}-0`)
  const fresh = here.on((await open()).log)
  await fresh.say('bob', 'So')
})

test('old command ids are dropped as fast as new ones arrive', async () => {
  const old = Array.from({ length: 500 }, (_, index) => [1, `old ${index}`]).flat()
  await admin.zadd(key(':ages'), ...old)
  const before = await admin.zcard(key(':ages'))
  for (let round = 0; round < 5; round++)
    await Promise.all(Array.from({ length: 64 }, (_, index) => here.say('bob', `${index}`)))
  expect(await admin.zcard(key(':ages'))).toBeLessThan(before)
})
