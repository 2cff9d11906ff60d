// A node does not start as a user of Redis who may not run all that it runs.
import type { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { Connections } from '@roomcast/server/redis/connections.ts'
import { NodeRefused } from '@roomcast/server/redis/deployment.ts'
import { requirePermissions, TRIED } from '@roomcast/server/redis/permissions.ts'
import { documentedUser } from '../support/redis-user.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { useRedis } from './use-redis.ts'

let redis: RedisServer
let admin: Redis
useRedis((inUse) => ({ redis, admin } = inUse))

/** What a node says that starts as the documented user with these rules besides; null: it starts. */
async function said(...rules: readonly string[]): Promise<string | null> {
  const [, ...documented] = documentedUser('weak')
  await admin.call('ACL', 'SETUSER', 'weak', 'reset', ...documented, ...rules)
  const address = redis.url.replace('redis://', 'redis://weak:weak@')
  const connections = await Connections.open({ urls: [address], cluster: false }, () => undefined)
  try {
    await requirePermissions(connections, 'roomcast')
    return null
  } catch (error) {
    if (error instanceof NodeRefused) return error.message
    throw error
  } finally {
    connections.close()
  }
}

describe('the user of a node in Redis', () => {
  test('who is documented may do all, and nothing of it is left', async () => {
    expect(await said()).toBeNull()
    expect(await admin.keys('*permissions*')).toEqual([])
  })

  test.each([...Object.keys(TRIED), 'time', 'publish'])(
    'who may not %s is named with it',
    async (name) => {
      expect(await said(`-${name}`)).toContain(`may not run ${name} on "roomcast:*"`)
    },
  )

  test('who lacks several is told all of them', async () => {
    expect(await said('-xrange', '-xadd')).toContain('may not run xadd, xrange on')
  })

  test('who may not publish where it has to is told so', async () => {
    expect(await said('resetchannels', '&other:*')).toContain('may not run publish on')
  })
})
