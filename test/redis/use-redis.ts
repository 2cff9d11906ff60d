// One Redis for all tests of a file, with an administrative connection to it.
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

export interface RedisInUse {
  readonly redis: RedisServer
  readonly admin: Redis
}

/**
 * Starts one before all tests of the file and stops it after. @param opened receives it before other `beforeAll` hooks
 * run
 */
export function useRedis(opened: (inUse: RedisInUse) => void): void {
  let end = async (): Promise<unknown> => undefined
  beforeAll(async () => {
    const redis = await startRedis()
    const admin = new Redis(redis.url)
    end = () => {
      admin.disconnect()
      return redis.stop()
    }
    opened({ redis, admin })
  })
  afterAll(() => end())
}
