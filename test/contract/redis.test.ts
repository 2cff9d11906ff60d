// The contract on the Redis adapter: one Redis, and a cluster of three masters with sharded publish and subscribe.
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { Keys } from '@roomcast/server/log/redis/keys.ts'
import type { RedisAddress } from '@roomcast/server/redis/connections.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { startRedis, startRedisCluster } from '../support/redis-server.ts'
import { settle } from '../doubles/clock.ts'
import type { LogUnderTest } from './log-under-test.ts'
import { openRedisNode, type RedisNode } from '../redis/redis-log.ts'
import { describeRoomLog } from './room-log-contract.ts'

/** Short, so that the log soon counts the owner of a dead process as dead too. */
const LEASE_MS = 60
let namespaces = 0

/** Logs in a namespace of their own; they use the clock of Redis. */
function logsAt(address: RedisAddress): LogUnderTest {
  const namespace = `test-${(namespaces += 1)}`
  const open: RedisNode[] = []
  const openLog = async (): Promise<RoomLog> => {
    const node = await openRedisNode(address, { namespace, leaseMs: LEASE_MS })
    open.push(node)
    return node.log
  }
  return {
    open: openLog,
    reopen: async () => {
      const log = await openLog()
      // No owner is judged until the storage has been reachable for a whole lease; a cluster reports that a moment
      // later.
      await settle()
      const since = systemClock.now()
      await expect.poll(() => systemClock.now() - since, { interval: 10 }).toBeGreaterThan(LEASE_MS)
      return log
    },
    // The clock of Redis cannot be set: give the room a later time instead.
    setClockBack: async (roomId) => {
      const tomorrow = systemClock.now() + 24 * 60 * 60 * 1000
      const [node] = open
      if (!node) throw new Error('no log is open')
      await node.connections.commands.hset(new Keys(namespace).channel(roomId), 'at', tomorrow)
      return tomorrow
    },
    cleanup: async () => open.forEach(({ connections }) => connections.close()),
  }
}

type Started = RedisAddress & { stop: () => Promise<unknown> }

/** Each deployment in a `describe` of its own, so that a filtered run starts only the servers it needs. */
function describeOn(where: string, name: string, start: () => Promise<Started>): void {
  describe(where, () => {
    let address: Started
    beforeAll(async () => {
      address = await start()
    })
    afterAll(() => address.stop())
    describeRoomLog(name, () => Promise.resolve(logsAt(address)))
  })
}

describeOn('one server', 'Redis', async () => {
  const redis = await startRedis()
  return { urls: [redis.url], cluster: false, stop: () => redis.stop() }
})

describeOn('three servers', 'a Redis cluster', async () => {
  const cluster = await startRedisCluster()
  return { urls: cluster.url.split(','), cluster: true, stop: () => cluster.stop() }
})
