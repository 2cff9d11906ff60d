// The contract on the Redis adapter: one Redis, and a cluster of three masters with sharded publish and subscribe.
import { afterAll, beforeAll, expect } from 'vitest'
import { RedisRoomLog } from '@roomcast/server/log/redis/redis-room-log.ts'
import type { RoomLog } from '@roomcast/server/log/room-log.ts'
import { Connections, type RedisAddress } from '@roomcast/server/redis/connections.ts'
import { Subscriptions } from '@roomcast/server/redis/subscriptions.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { startRedis, startRedisCluster } from '../support/redis-server.ts'
import type { LogUnderTest } from './log-under-test.ts'
import { describeRoomLog } from './room-log-contract.ts'

/** Short, so that an owner whose process has died is soon dead for the log too. */
const LEASE_MS = 60
let namespaces = 0
let ids = 0
const newId = () => `id-${(ids += 1)}`

/** Logs in a namespace of their own; the clock behind them is that of Redis. */
function logsAt(address: RedisAddress): LogUnderTest {
  const namespace = `test-${(namespaces += 1)}`
  const open: Connections[] = []
  const openLog = async (): Promise<RoomLog> => {
    const connections = await Connections.open(address, () => undefined)
    open.push(connections)
    const onFollowerError = () => undefined
    const subscriptions = new Subscriptions(connections, onFollowerError)
    const onLost = () => undefined
    const parts = { connections, subscriptions, namespace, clock: systemClock, newId }
    return new RedisRoomLog({ ...parts, leaseMs: LEASE_MS, onFollowerError, onLost })
  }
  return {
    open: openLog,
    reopen: async () => {
      const log = await openLog()
      const since = systemClock.now()
      // Nobody is judged before the storage has been there for a whole lease.
      await expect.poll(() => systemClock.now() - since, { interval: 10 }).toBeGreaterThan(LEASE_MS)
      return log
    },
    cleanup: async () => open.forEach((connections) => connections.close()),
  }
}

function describeOn(
  name: string,
  start: () => Promise<RedisAddress & { stop: () => Promise<unknown> }>,
): void {
  let address: RedisAddress & { stop: () => Promise<unknown> }
  beforeAll(async () => {
    address = await start()
  })
  afterAll(() => address.stop())
  describeRoomLog(name, () => Promise.resolve(logsAt(address)))
}

describeOn('Redis', async () => {
  const redis = await startRedis()
  return { urls: [redis.url], cluster: false, stop: () => redis.stop() }
})

describeOn('a Redis cluster', async () => {
  const cluster = await startRedisCluster()
  return { urls: cluster.url.split(','), cluster: true, stop: () => cluster.stop() }
})
