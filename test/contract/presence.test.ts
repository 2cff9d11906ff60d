// The contract of presence on both adapters: in memory, and over Redis, alone and as a cluster.
import { afterAll, beforeAll } from 'vitest'
import { MemoryPresence } from '@roomcast/server/presence/memory-presence.ts'
import {
  type RedisCluster,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from '../support/redis-server.ts'
import { describePresence } from './presence-contract.ts'
import { openPresenceNode } from '../redis/presence-nodes.ts'

let server: RedisServer
let cluster: RedisCluster
beforeAll(async () => {
  ;[server, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})
afterAll(() => Promise.all([server.stop(), cluster.stop()]))

describePresence('in memory', (clock) => ({
  presence: new MemoryPresence(clock),
  cleanup: () => undefined,
}))

let count = 0
for (const isCluster of [false, true])
  describePresence(isCluster ? 'a cluster of Redis' : 'Redis', async (clock) => {
    const url = isCluster ? cluster.url : server.url
    const node = await openPresenceNode(url, `contract-${(count += 1)}`, clock)
    return { presence: node.presence, cleanup: () => node.die() }
  })
