// Presence on a failing Redis: members notice little, and only for a moment.
import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis, startRedisCluster } from '../support/redis-server.ts'
import { allSee, allSeeInAnyOrder, closeNodes, eventually, openNodes } from './presence-nodes.ts'

const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  closeNodes()
  await Promise.all(stops.map((stop) => stop()))
})

/** A Redis for one test alone, which may break it. */
async function start(kind: string): Promise<{ url: string; servers: readonly RedisServer[] }> {
  const cluster = kind === 'Redis' ? null : await startRedisCluster()
  const servers = cluster ? cluster.nodes : [await startRedis()]
  stops.push(async () => void (await Promise.all(servers.map((server) => server.stop()))))
  return { url: servers.map(({ url }) => url).join(','), servers }
}

describe.each(['Redis', 'a cluster of Redis'])('presence on a failing %s', (kind) => {
  test.concurrent(
    'if the subscriptions of all nodes are cut, changes made meanwhile still arrive',
    async () => {
      const { url, servers } = await start(kind)
      const { nodes, one, two } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      two.presence.enter('room', 'b', 'ben')
      await allSee(nodes, 'ada', 'ben')
      const cut = await Promise.all(servers.map(({ port }) => cutSubscriptions(port)))
      expect(cut.reduce((sum, count) => sum + count, 0)).toBe(2)
      one.presence.typing('room', 'ada')
      two.presence.enter('room', 'c', 'eve')
      await allSee(nodes, 'ada*', 'ben', 'eve')
      one.presence.said('room', 'ada')
      await allSee(nodes, 'ada', 'ben', 'eve')
    },
  )

  test.concurrent('a node that receives no messages learns changes by polling', async () => {
    const { url } = await start(kind)
    const { nodes, one, two } = await openNodes(url, 2)
    two.presence.enter('room', 'b', 'ben')
    await allSee(nodes, 'ben')
    two.connections.subscriber.disconnect()
    one.presence.enter('room', 'a', 'ada')
    await allSee(nodes, 'ben', 'ada')
    expect(two.errors).toEqual([])
  })

  test.concurrent(
    'a node that cannot subscribe still announces its members and polls for others',
    async () => {
      const { url } = await start(kind)
      const { nodes, one, namespace } = await openNodes(url, 1)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      const deaf = await openNodes(url, 1, namespace, (node) => {
        node.connections.subscriber.disconnect()
      })
      deaf.one.presence.enter('room', 'b', 'ben')
      await allSeeInAnyOrder([one, deaf.one], 'ada', 'ben')
      one.presence.enter('room', 'c', 'eve')
      await allSeeInAnyOrder([one, deaf.one], 'ada', 'ben', 'eve')
      expect(deaf.one.errors).toHaveLength(1)
    },
  )

  test.concurrent('changes made while Redis is slow are announced together', async () => {
    const { url, servers } = await start(kind)
    const { nodes, key, one, two } = await openNodes(url, 2)
    const published: string[] = []
    await two.subscriptions.subscribe(key, (text) => published.push(text))
    one.presence.enter('room', 'a', 'ada')
    await allSee(nodes, 'ada')
    for (const server of servers) server.pause()
    const before = [published.length, one.told.length]
    for (const name of ['ben', 'eve', 'joe', 'zoe']) {
      const toldBefore = one.told.length
      one.presence.enter('room', name, name)
      await eventually(() => expect(one.told.length).toBeGreaterThan(toldBefore))
    }
    for (const server of servers) server.resume()
    await allSee(nodes, 'ada', 'ben', 'eve', 'joe', 'zoe')
    expect([published.length, one.told.length]).toEqual([
      (before[0] ?? 0) + 2,
      (before[1] ?? 0) + 4,
    ])
  })

  test.concurrent('if Redis loses everything in a restart, no member ever disappears', async () => {
    const { url, servers } = await start(kind)
    const { nodes, one, two } = await openNodes(url, 2)
    one.presence.enter('room', 'a', 'ada')
    await allSee(nodes, 'ada')
    two.presence.enter('room', 'b', 'ben')
    await allSee(nodes, 'ada', 'ben')
    for (const { told } of nodes) told.length = 0
    await Promise.all(servers.map((server) => server.kill()))
    two.presence.enter('room', 'c', 'eve')
    expect(two.here()).toEqual(['ada', 'ben', 'eve'])
    await eventually(() => expect(two.errors).toHaveLength(1))
    await Promise.all(servers.map((server) => server.restart()))
    await allSee(nodes, 'ada', 'ben', 'eve')
    expect(nodes.flatMap(({ told }) => told).filter(({ length }) => length < 2)).toEqual([])
    for (const { errors } of nodes) expect(errors.length).toBeLessThanOrEqual(1)
    // A second outage is reported again.
    await Promise.all(servers.map((server) => server.kill()))
    await eventually(() => expect(two.errors).toHaveLength(2))
  })

  test.concurrent(
    'in a long outage each node shows its own members and reports the outage once',
    async () => {
      const { url, servers } = await start(kind)
      const { nodes, one, two } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      two.presence.enter('room', 'b', 'ben')
      await allSee(nodes, 'ada', 'ben')
      for (const server of servers) server.pause()
      await allSee([one], 'ada')
      await allSee([two], 'ben')
      two.presence.enter('room', 'c', 'eve')
      expect(two.here()).toEqual(['ben', 'eve'])
      expect([one.errors.length, two.errors.length]).toEqual([1, 1])
      for (const server of servers) server.resume()
      await allSee(nodes, 'ada', 'ben', 'eve')
    },
  )
})

/** @returns how many subscriptions were cut */
async function cutSubscriptions(port: number): Promise<number> {
  const client = new Redis(port, '127.0.0.1')
  try {
    return Number(await client.client('KILL', 'TYPE', 'PUBSUB'))
  } finally {
    client.disconnect()
  }
}
