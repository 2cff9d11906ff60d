// Opens room logs on a Redis, each with its own connections, as in a deployment.
import { expect } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import type { RedisEntryLog } from '@roomcast/server/log/redis/redis-entry-log.ts'
import { redisRoomLog, type RedisRoomLogOptions } from '@roomcast/server/room-logs.ts'
import { Connections, type RedisAddress } from '@roomcast/server/redis/connections.ts'
import { Subscriptions } from '@roomcast/server/redis/subscriptions.ts'
import { systemClock } from '@roomcast/server/clock.ts'

export interface RedisNode {
  readonly log: RoomLog
  /** The log behind it. */
  readonly entries: RedisEntryLog
  readonly connections: Connections
  /** Closes the log and its connections, as the end of its process would. */
  close(): Promise<void>
}

let ids = 0
/** An id that no other test of this process has. */
export const newId = () => `id-${(ids += 1)}`

/** Opens a log with the defaults of production; tests see failures through their own checks. */
export async function openRedisNode(
  address: RedisAddress,
  options: Pick<RedisRoomLogOptions, 'namespace'> & Partial<RedisRoomLogOptions>,
): Promise<RedisNode> {
  const connections = await Connections.open(address, () => undefined)
  const { log, entries } = redisRoomLog({
    connections,
    subscriptions: new Subscriptions(connections, () => undefined),
    clock: systemClock,
    newId,
    onFollowerError: () => undefined,
    onLost: () => undefined,
    ...options,
  })
  const close = async () => {
    await log.close()
    connections.close()
  }
  return { log, entries, connections, close }
}

/**
 * Waits until each of these nodes can send commands: after a failover each reconnects in its own time. A node that a
 * test disconnected stays disconnected.
 */
export async function reachRedis(nodes: readonly RedisNode[]): Promise<void> {
  for (const { connections } of nodes)
    await expect.poll(() => connections.commands.status).toBeOneOf(['ready', 'end'])
}
