// The tests of failovers depend on these properties.
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { type RedisPair, startRedisPair } from './redis-pair.ts'

const opened: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function started(): Promise<RedisPair> {
  const pair = await startRedisPair()
  opened.push(() => pair.stop())
  return pair
}

function connected({ url }: { url: string }): Redis {
  const client = new Redis(url, { retryStrategy: () => 20 }).on('error', () => undefined)
  opened.push(() => client.disconnect())
  return client
}

describe('a Redis and its replica behind one address', () => {
  test('lose nothing in a failover while the replica is in sync', async () => {
    const pair = await started()
    const client = connected(pair)
    const first = pair.primary
    await client.set('key', 'kept')
    await pair.failOver()
    expect(pair.primary).not.toBe(first)
    expect(await client.get('key')).toBe('kept')
    expect(await client.set('key', 'written')).toBe('OK')
  })

  test('lose exactly the writes acknowledged after the replica was severed, repeatedly', async () => {
    const pair = await started()
    const client = connected(pair)
    for (const turn of ['one', 'two']) {
      await client.set('before', turn)
      await pair.sever()
      await client.set('after', turn)
      expect(await client.get('after')).toBe(turn)
      await pair.failOver()
      expect(await client.mget('before', 'after')).toEqual([turn, null])
      await pair.refill()
      expect(await connected(pair.replica).mget('before', 'after')).toEqual([turn, null])
    }
  })

  test('cut every connection in a failover', async () => {
    const pair = await started()
    const clients = [connected(pair), connected(pair)]
    await Promise.all(clients.map((client) => client.ping()))
    const closed = clients.map((client) => new Promise((resolve) => client.once('close', resolve)))
    await pair.failOver()
    await Promise.all(closed)
    expect(await Promise.all(clients.map((client) => client.ping()))).toEqual(['PONG', 'PONG'])
  })
})
