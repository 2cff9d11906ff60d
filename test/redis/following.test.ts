// Following on a Redis that publishes at most once: missed updates are noticed soon, by a clock that the test controls.
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LogUpdate } from '@roomcast/server/judge/room-log.ts'
import { documentedUser } from '../support/redis-user.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { openRedisNode, type RedisNode } from './redis-log.ts'
import { aRoom, stateOf, type TestRoom } from '../doubles/room.ts'
import { useRedis } from './use-redis.ts'

/** Simulated time passes with each poll. */
const EACH = { interval: 10 }
const CHANNEL = 'following:{room}'

let redis: RedisServer
let admin: Redis
/** The node with the follower, and its clock. */
let near: RedisNode
let clock: SimulatedClock
/** The node that writes. */
let far: RedisNode
let room: TestRoom
let told: LogUpdate[]

useRedis((inUse) => ({ redis, admin } = inUse))
beforeEach(async () => {
  await admin.flushall()
  clock = new SimulatedClock()
  near = await openRedisNode(ADDRESS(), { namespace: 'following', clock })
  far = await openRedisNode(ADDRESS(), { namespace: 'following' })
  room = await aRoom(far.log)
  told = []
})
afterEach(async () => {
  await near.close()
  await far.close()
})

const ADDRESS = () => ({ urls: [redis.url], cluster: false })

const follow = () => near.log.follow('room', (update) => told.push(update))

async function subscribers(): Promise<number> {
  const [, count] = (await admin.pubsub('NUMSUB', CHANNEL)) as [string, number]
  return count
}

describe('a follower', () => {
  test('[R1.6] is not following until Redis has confirmed the subscription', async () => {
    const { subscriber } = near.connections
    const subscribe = subscriber.subscribe.bind(subscriber) as (name: string) => Promise<unknown>
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    vi.spyOn(subscriber, 'subscribe').mockImplementation((name) =>
      opened.then(() => subscribe(String(name))),
    )
    let isThere = false
    const following = follow().then(() => (isThere = true))
    // Longer than a round trip to Redis takes.
    for (let turn = 0; turn < 5; turn++) await near.log.read('room')
    expect(isThere).toBe(false)
    open()
    await following
    await room.say('bob', 'Hello')
    await expect.poll(() => told, EACH).toMatchObject([{ type: 'entries' }])
  })

  test('[R1.4] stays live after a lost connection, and learns the position of the room', async () => {
    await follow()
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await room.say('bob', 'missed')
    await expect.poll(subscribers, EACH).toBe(1)
    await expect
      .poll(async () => {
        await clock.advance(10)
        return told.at(-1)
      }, EACH)
      .toMatchObject({ type: 'heartbeat', offset: 5 })
    // Well before the next check of all rooms.
    expect(clock.now()).toBeLessThan(Date.UTC(2026, 0, 1) + 2500)
    await room.say('bob', 'heard')
    await expect
      .poll(() => told.at(-1), EACH)
      .toMatchObject({ type: 'entries', entries: [{ text: 'heard' }] })
  })

  test('[R1.4] learns the position of the room every 2.5 s, since a connection may deliver nothing', async () => {
    await follow()
    await near.connections.subscriber.unsubscribe(CHANNEL)
    const owned = await room.asked('alice', 'Why?')
    await room.write(owned, 0, 'Bec🎉')
    await clock.advance(2500)
    await expect
      .poll(async () => {
        await clock.advance(10)
        return told
      }, EACH)
      .toMatchObject([{ type: 'heartbeat', offset: 6, end: 7 }])
    expect(clock.now()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 3000)
  })
})

/** Loses the last entry, as after a failover to a replica that lagged. */
async function loseTail(): Promise<void> {
  await admin.hset(CHANNEL, 'offset', 4)
  await admin.xdel(`${CHANNEL}:entries`, '5-0')
  await admin.call('XSETID', `${CHANNEL}:entries`, '4-0')
}

/** Loses the last entry, and a node that never saw it writes another at its offset. */
async function loseTailToAnother(): Promise<void> {
  await loseTail()
  const other = await openRedisNode(ADDRESS(), { namespace: 'following' })
  await room.on(other.log).say('carol', 'said in its place')
  await other.close()
}

describe('a room that has lost its tail', () => {
  test.each([
    ['behind its followers', loseTail],
    ['continuing with another entry', loseTailToAnother],
  ])('gets one new epoch even if two nodes notice at once: %s', async (_, lose) => {
    const lost: string[] = []
    const options = { namespace: 'following', clock, onLost: () => lost.push('room') }
    const nodes = [await openRedisNode(ADDRESS(), options), await openRedisNode(ADDRESS(), options)]
    const heard: LogUpdate[] = []
    for (const { log } of nodes) await log.follow('room', (update) => heard.push(update))
    await room.say('bob', 'soon lost')
    await expect.poll(() => heard.length, EACH).toBe(2)
    await lose()
    // Both nodes check before either can act.
    redis.pause()
    await clock.advance(2500)
    redis.resume()
    await expect
      .poll(async () => {
        await clock.advance(10)
        return heard.filter((update) => 'type' in update && update.type === 'heartbeat').length
      }, EACH)
      .toBeGreaterThanOrEqual(2)
    expect(lost).toEqual(['room'])
    await Promise.all(nodes.map((node) => node.close()))
  })

  test('whose repair fails is reported, and followers learn the position of the room', async () => {
    const [, ...rules] = documentedUser('weak')
    await admin.call('ACL', 'SETUSER', 'weak', ...rules, '~*', '&*', '-hexists')
    const failed: string[] = []
    const weak = await openRedisNode(
      { urls: [redis.url.replace('redis://', 'redis://weak:weak@')], cluster: false },
      { namespace: 'following', clock, onRepairFailed: (roomId) => failed.push(roomId) },
    )
    await weak.log.follow('room', (update) => told.push(update))
    await room.say('bob', 'soon lost')
    await expect.poll(() => told.length, EACH).toBe(1)
    await loseTail()
    await clock.advance(2500)
    await expect
      .poll(async () => {
        await clock.advance(100)
        return told.at(-1)
      }, EACH)
      .toMatchObject({ type: 'heartbeat', offset: 4 })
    expect(failed).toContain('room')
    // With permission restored, the repair succeeds.
    const { epoch } = await room.state()
    await admin.call('ACL', 'SETUSER', 'weak', '+hexists')
    await clock.advance(2500)
    await expect.poll(async () => (await room.state()).epoch, EACH).not.toBe(epoch)
    await weak.close()
  })

  test('does not accept a checkpoint that contains lost entries', async () => {
    await follow()
    await room.say('bob', 'soon lost')
    await expect.poll(() => told.length, EACH).toBe(1)
    const known = await room.state()
    // A subscribed node would notice the loss at once.
    await near.connections.subscriber.unsubscribe(CHANNEL)
    await loseTailToAnother()
    const before = await far.log.read('room')
    expect(stateOf(before)).toMatchObject({ offset: 5, epoch: known.epoch })
    await near.log.checkpoint(known)
    expect(await far.log.read('room')).toEqual(before)
    const other = await openRedisNode(ADDRESS(), { namespace: 'following' })
    await other.log.checkpoint(stateOf(before))
    await other.close()
    expect((await far.log.read('room')).entries).toEqual([])
  })
})
