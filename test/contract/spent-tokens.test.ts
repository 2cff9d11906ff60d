// Tokens spent on a day, in each storage: any number of nodes add to them in one step, and they survive a restart.
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Database } from '@roomcast/server/log/sqlite/database.ts'
import { Connections } from '@roomcast/server/redis/connections.ts'
import { RedisSpentTokens } from '@roomcast/server/spending/redis-spent-tokens.ts'
import type { SpentTokens } from '@roomcast/server/spending/spent-tokens.ts'
import { SqliteSpentTokens } from '@roomcast/server/spending/sqlite-spent-tokens.ts'
import { startRedis } from '../support/redis-server.ts'
import { temporaryDirectory } from '../support/server-process.ts'

interface Opened {
  readonly spent: SpentTokens
  close(): void
}

const cleanups: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup()
})

async function sqlite(): Promise<() => Promise<Opened>> {
  const directory = await temporaryDirectory()
  const { path } = directory
  cleanups.push(() => directory.remove())
  return async () => {
    const database = new Database(join(path, 'roomcast.sqlite'))
    return { spent: new SqliteSpentTokens(database), close: () => database.close() }
  }
}

async function redis(): Promise<() => Promise<Opened>> {
  const server = await startRedis({ durable: true })
  cleanups.push(() => server.stop())
  return async () => {
    const connections = await Connections.open({ urls: [server.url], cluster: false }, () => {})
    const spent = new RedisSpentTokens(connections, 'roomcast')
    return { spent, close: () => connections.close() }
  }
}

describe.each([
  ['SQLite', sqlite],
  ['Redis', redis],
])('spent tokens in %s', (_name, storage) => {
  it('add up per day, whichever node adds them', async () => {
    const open = await storage()
    const first = await open()
    expect(await first.spent.add('2026-11-30', 0)).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => first.spent.add('2026-11-30', 3)))
    expect(await first.spent.add('2026-12-01', 7)).toBe(7)
    expect(await first.spent.add('2026-11-30', -50)).toBe(100)
    first.close()
    const second = await open()
    expect(await second.spent.add('2026-11-30', 1)).toBe(101)
    second.close()
  })
})
