// Checks whether this node's Redis user may run every command that scripts and nodes use. Without a permission, a script
// could break off halfway, perhaps only during a failover; so the node does not start.
import type { Connections } from './connections.ts'
import { NodeRefused } from './deployment.ts'
import { loadScript } from './script.ts'

/**
 * Commands by name, with the right number of values after the key, which Redis checks first. The type of the key does not
 * matter. A test compares this list with the scripts and the documented user. `publish` is added below.
 */
export const TRIED = {
  exists: [],
  del: [],
  unlink: [],
  pexpire: ['1000'],
  expire: ['1'],
  get: [],
  set: ['1'],
  append: ['1'],
  strlen: [],
  getrange: ['0', '0'],
  incrby: ['1'],
  hget: ['a'],
  hmget: ['a'],
  hgetall: [],
  hkeys: [],
  hexists: ['a'],
  hset: ['a', '1'],
  hsetnx: ['a', '1'],
  hdel: ['a'],
  xadd: ['*', 'a', '1'],
  xrange: ['-', '+'],
  zadd: ['1', 'a'],
  zrem: ['a'],
  zscore: ['a'],
  zrange: ['0', '0'],
  zrangebyscore: ['0', '0'],
  zrevrange: ['0', '0'],
  zrevrangebyscore: ['0', '0'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const script = loadScript(import.meta.url, 'permissions.lua')

/** @throws NodeRefused with the names of the commands that the user may not run */
export async function requirePermissions(
  connections: Connections,
  namespace: string,
): Promise<void> {
  const key = `${namespace}:{permissions}`
  const keyed = Object.entries(TRIED).map(([name, values]) => [name, key, ...values])
  const all = [...keyed, ['time'], [connections.publishCommand, key, '']]
  const values = all.flatMap(([name = '', ...rest]) => [name, rest.length, ...rest])
  const denied = (await connections.run(script, [key], values)) as readonly string[]
  if (denied.length > 0)
    throw new NodeRefused(
      `The user of this node in Redis may not run ${denied.join(', ')} on "${namespace}:*". ` +
        'docs/operating.md has the rules that it needs ("A user for the nodes").',
    )
}
