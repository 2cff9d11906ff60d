// A node refuses to start if its Redis user may not run all the commands it needs.
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

/** The message of a node that starts as the documented user with these extra rules; null if it starts. */
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
  test('may run every command if set up as documented, and the check leaves nothing behind', async () => {
    expect(await said()).toBeNull()
    expect(await admin.keys('*permissions*')).toEqual([])
  })

  test.each([...Object.keys(TRIED), 'time', 'publish'])(
    'that may not run %s gets an error naming the command',
    async (name) => {
      expect(await said(`-${name}`)).toContain(`may not run ${name} on "roomcast:*"`)
    },
  )

  test('that lacks several commands gets an error naming all of them', async () => {
    expect(await said('-xrange', '-xadd')).toContain('may not run xadd, xrange on')
  })

  test('that may not publish to the namespace gets an error saying so', async () => {
    expect(await said('resetchannels', '&other:*')).toContain('may not run publish on')
  })
})
