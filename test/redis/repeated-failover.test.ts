// Failovers that come one after the other, or while nodes have not found out about the first: what living nodes know is there in the
// end, and nobody takes one history for another.
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
/** The same room on two nodes, and what each of them was told. */
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

describe('of two failovers that lost what was acknowledged', () => {
  test('[R1][R4.2] the second to a replica that had not seen the first leaves all of it there, in a third epoch', async () => {
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

  test('[R4.2] a node that was away during both gives what only it knows', async () => {
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

describe('after a failover that nodes have not found out about yet', () => {
  test('[R1][R2.3] two answers with the same number, a lost one and a new one, are never mixed', async () => {
    await pair.sever()
    const mine = await here.asked('alice', 'Mine?')
    await here.write(mine, 0, { text: 'm'.repeat(500), mark: 'text' })
    await expect.poll(async () => (await there.reply(mine.generationId)).end).toBe(500)
    // Somebody who has never followed this room asks first, while the others can hear but not ask.
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
    // It waits for its turn now.
    await expect.poll(async () => (await other.state()).queue).toEqual([mine.messageId])
    expect(await other.reply(owned.generationId)).toMatchObject({ text: 'o'.repeat(end), end })
    await other.write(owned, end, 'o')
  })

  test('[R4.2] a room stays removed when who removed it is gone, and only others have heard of it', async () => {
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

  test('[R4.2] a room stays removed when who has not heard of it has written there again', async () => {
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
