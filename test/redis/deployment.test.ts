// Nodes of versions that write differently do not run on one Redis at the same time.
import type { Redis } from 'ioredis'
import { beforeEach, expect, test } from 'vitest'
import { Connections } from '@roomcast/server/redis/connections.ts'
import { joinDeployment, NodeRefused } from '@roomcast/server/redis/deployment.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { useRedis } from './use-redis.ts'

const KEY = new Uint8Array(32).fill(7)

let redis: RedisServer
let admin: Redis
useRedis((inUse) => ({ redis, admin } = inUse))
beforeEach(async () => {
  await admin.flushall()
  await admin.hset('roomcast:deployment', 'schema', 1)
})

/** The message of a node that refuses to start; null if it starts. */
async function start(): Promise<string | null> {
  const connections = await Connections.open({ urls: [redis.url], cluster: false }, () => undefined)
  try {
    await joinDeployment(connections, 'roomcast', KEY)
    return null
  } catch (error) {
    if (error instanceof NodeRefused) return error.message
    throw error
  } finally {
    connections.close()
  }
}

test('a node does not start while a node of an earlier version runs', async () => {
  await admin.set('roomcast:{active}:sweeper', 'an earlier node')
  expect(await start()).toContain('Nodes of an earlier version of Roomcast run on this Redis')
  expect(await admin.hget('roomcast:deployment', 'schema')).toBe('1')
})

test('a node waits for an earlier one that is stopping, and none of that version starts afterwards', async () => {
  await admin.set('roomcast:{active}:sweeper', 'an earlier node', 'PX', 1000)
  expect(await start()).toBeNull()
  expect(await admin.hget('roomcast:deployment', 'schema')).toBe('2')
})

test('a node does not start on the data of a later version', async () => {
  await admin.hset('roomcast:deployment', 'schema', 3)
  expect(await start()).toContain('written by a later version')
})

test('a node with another signing key changes nothing', async () => {
  await admin.hset('roomcast:deployment', 'signing-key', 'of others')
  expect(await start()).toContain('SIGNING_KEY differs')
  expect(await admin.hget('roomcast:deployment', 'schema')).toBe('1')
})
