// A Redis of its own for each test, behind a proxy that can cut the connection, and a room log on it.
import { Redis } from 'ioredis'
import { afterEach, beforeEach } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { redisRoomLog } from '@roomcast/server/room-logs.ts'
import { Connections } from '@roomcast/server/redis/connections.ts'
import { Subscriptions } from '@roomcast/server/redis/subscriptions.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { newId } from './redis-log.ts'

export interface FaultyRedis {
  readonly redis: RedisServer
  /** Between the log and Redis. */
  readonly proxy: TcpProxy
  /** A connection that bypasses the proxy. */
  readonly admin: Redis
  /** In the namespace `faults`. */
  readonly log: RoomLog
  readonly connections: Connections
  /** The rooms whose lost tail was noticed. */
  readonly lost: string[]
}

/** Starts one before each test of the file and stops it after. */
export function useFaultyRedis(): { readonly current: FaultyRedis } {
  let current: FaultyRedis | null = null

  beforeEach(async () => {
    const redis = await startRedis({ durable: true })
    const proxy = await startTcpProxy(redis.port)
    const admin = new Redis(redis.url)
    admin.on('error', () => undefined)
    const lost: string[] = []
    const url = proxy.url.replace('http:', 'redis:')
    const connections = await Connections.open({ urls: [url], cluster: false }, () => undefined)
    const { log } = redisRoomLog({
      connections,
      subscriptions: new Subscriptions(connections, () => undefined),
      namespace: 'faults',
      clock: systemClock,
      newId,
      onFollowerError: () => undefined,
      onLost: (roomId) => lost.push(roomId),
    })
    current = { redis, proxy, admin, log, connections, lost }
  })

  afterEach(async () => {
    if (!current) return
    await current.log.close()
    current.connections.close()
    current.admin.disconnect()
    await current.proxy.close()
    await current.redis.stop()
    current = null
  })

  return {
    get current() {
      if (!current) throw new Error('it is there only while a test runs')
      return current
    },
  }
}
