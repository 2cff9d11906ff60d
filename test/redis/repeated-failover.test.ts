// Failovers in a row, or before nodes have noticed the first: everything that living nodes know is there in the end,
// and no node mistakes one history for another.
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asUser } from '../support/redis-user.ts'
import { type RedisPair, startRedisPair } from '../support/redis-pair.ts'
import { openRedisNode, reachRedis, type RedisNode } from './redis-log.ts'
import { aRoom, refusalOf, type TestRoom } from '../doubles/room.ts'
import type { Watcher } from '../doubles/watcher.ts'

const NAMESPACE = 'roomcast'

let pair: RedisPair
let nodes: RedisNode[]
/** The same room on two nodes, and the updates that each received. */
let here: TestRoom
let there: TestRoom
let watchers: Watcher[]
let lost: string[]

async function open(url = pair.url): Promise<RedisNode> {
  const onLost = (roomId: string) => void lost.push(roomId)
  const node = await openRedisNode(
    { urls: [asUser(url)], cluster: false },
    { namespace: NAMESPACE, onLost },
  )
  nodes.push(node)
  return node
}

function node(index: number): RedisNode {
  const found = nodes[index]
  if (!found) throw new Error('there is no such node')
  return found
}

beforeEach(async () => {
  ;[nodes, lost] = [[], []]
  pair = await startRedisPair()
  here = await aRoom((await open()).log)
  there = here.on((await open()).log)
  watchers = [await here.watch(), await there.watch()]
})
afterEach(async () => {
  await Promise.all(nodes.map((each) => each.close()))
  await pair.stop()
})

async function ask<T>(url: string, what: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  try {
    return await what(redis)
  } finally {
    redis.disconnect()
  }
}

const texts = async () =>
  (await there.state()).messages.map((message) => message.kind === 'said' && message.text)

describe('two failovers that each lost acknowledged entries', () => {
  test('[R1][R4.2] lose nothing and give a third epoch, though the second replica never saw the first failover', async () => {
    await pair.sever()
    await here.say('bob', 'one')
    const behind = await ask(pair.replica.url, async (redis) => {
      const keys = await redis.keys('*')
      return Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const))
    })
    const { epoch: first } = await here.state()
    await pair.failOver()
    await expect.poll(() => lost).toEqual(['room'])
    await reachRedis(nodes)
    await there.say('carol', 'two')
    const { epoch: second } = await here.state()
    await pair.refill()
    await pair.sever()
    await ask(pair.replica.url, async (redis) => {
      await redis.flushall()
      for (const [key, dump] of behind) await redis.restore(key, 0, dump ?? '')
    })
    await pair.failOver()
    await expect
      .poll(() => texts().catch(() => []))
      .toSatisfy((all: string[]) => all.length === 2 && all.includes('one') && all.includes('two'))
    await reachRedis(nodes)
    const { epoch: third } = await here.state()
    expect(new Set([first, second, third]).size).toBe(3)
  })

  test('[R4.2] leave a node that was disconnected during both to restore what only it knows', async () => {
    await pair.sever()
    for (const { connections } of nodes) connections.subscriber.disconnect()
    await there.say('carol', 'known there only')
    const late = node(1).connections.commands
    late.disconnect()
    await here.say('bob', 'one')
    await pair.failOver()
    await expect.poll(() => lost).toEqual(['room'])
    await pair.refill()
    await pair.sever()
    await here.say('bob', 'two')
    await pair.failOver()
    await expect.poll(() => lost).toEqual(['room', 'room'])
    await late.connect()
    await expect.poll(texts).toEqual(['one', 'two', 'known there only'])
    expect(lost).toEqual(['room', 'room'])
  })
})

describe('after a failover that nodes have not noticed yet', () => {
  test('[R1][R2.3] two answers with the same number, one lost and one new, are never mixed', async () => {
    await pair.sever()
    const mine = await here.asked('alice', 'Mine?')
    await here.write(mine, 0, { text: 'm'.repeat(500), mark: 'text' })
    await expect.poll(async () => (await there.reply(mine.generationId)).end).toBe(500)
    // A node that has never followed this room asks first, while the others receive updates but cannot send.
    const other = here.on((await open(pair.replica.url)).log)
    const owned = await other.asked('carol', 'In its place?')
    expect(owned.number).toBe(mine.number)
    for (const index of [0, 1]) node(index).connections.commands.disconnect()
    await pair.failOver()
    const listeners = () =>
      ask(pair.primary.url, (redis) => redis.pubsub('NUMSUB', `${NAMESPACE}:{room}`))
    await expect.poll(listeners).toEqual([`${NAMESPACE}:{room}`, 2])
    const end = await other.write(owned, 0, ...Array.from({ length: 4 }, () => 'o'.repeat(50)))
    await other.say('bob', 'heard by all')
    for (const watcher of watchers)
      await watcher.sees(
        (update) => 'type' in update && JSON.stringify(update).includes('heard by all'),
      )
    for (const index of [0, 1]) await node(index).connections.commands.connect()
    await expect.poll(() => lost).toEqual(['room'])
    // The question of the lost answer is queued now.
    await expect.poll(async () => (await other.state()).queue).toEqual([mine.messageId])
    expect(await other.reply(owned.generationId)).toMatchObject({ text: 'o'.repeat(end), end })
    await other.write(owned, end, 'o')
  })

  test('[R4.2] a room stays deleted if the node that deleted it is gone and only others heard of it', async () => {
    const removed = await aRoom(here.log, 'removed')
    const watcher = await removed.on(there.log).watch()
    await pair.sever()
    await here.log.deleteRoom('removed')
    await watcher.sees((update) => 'type' in update && update.type === 'deleted')
    watcher.stop()
    await nodes.shift()?.close()
    await pair.failOver()
    await expect.poll(() => refusalOf(there.log.read('removed'))).toBe('room-not-found')
  })

  test('[R4.2] a room stays deleted if a node that had not heard of the deletion wrote to it again', async () => {
    const removed = (await aRoom(here.log, 'removed')).on(there.log)
    await removed.watch()
    const { commands, subscriber } = node(1).connections
    subscriber.disconnect()
    await pair.sever()
    await removed.say('bob', 'known there only')
    commands.disconnect()
    await here.log.deleteRoom('removed')
    await pair.failOver()
    await commands.connect()
    await node(1).entries.catchUp()
    await expect.poll(() => refusalOf(there.log.read('removed'))).toBe('room-not-found')
  })
})
