// A Redis for all tests of a file, and a connection of an operator to it.
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

export interface RedisInUse {
  readonly redis: RedisServer
  readonly admin: Redis
}

/** Starts one before all tests of the file and ends it after. @param opened is given it, before what is to be done before all */
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
