// Presence of nodes that share a Redis: each learns the members of the others, and dead nodes are forgotten.
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis, startRedisCluster } from '../support/redis-server.ts'
import { allSee, closeNodes, eventually, openNodes } from './presence-nodes.ts'

describe.each(['Redis', 'a cluster of Redis'])('presence on nodes that share %s', (kind) => {
  let url: string
  let stop: () => Promise<void>
  let servers: readonly RedisServer[]
  beforeAll(async () => {
    if (kind === 'Redis') {
      const server = await startRedis()
      ;[url, stop, servers] = [server.url, () => server.stop(), [server]]
    } else {
      const cluster = await startRedisCluster()
      ;[url, stop, servers] = [cluster.url, () => cluster.stop(), cluster.nodes]
    }
  })
  afterAll(async () => {
    closeNodes()
    await stop()
  })

  test.concurrent(
    'a member who enters on one node appears on all, in order of arrival, and is announced',
    async () => {
      const { nodes, one, two, three } = await openNodes(url, 3)
      two.presence.enter('room', 'b', 'zoe')
      await allSee(nodes, 'zoe')
      one.presence.enter('room', 'a', 'ben')
      await allSee(nodes, 'zoe', 'ben')
      three.presence.enter('room', 'c', 'ada')
      await allSee(nodes, 'zoe', 'ben', 'ada')
      for (const { told } of nodes)
        await eventually(() =>
          expect(told.at(-1)?.map(({ memberId }) => memberId)).toEqual(['zoe', 'ben', 'ada']),
        )
    },
  )

  test.concurrent('a member who leaves on one node disappears on all', async () => {
    const { nodes, one, two, key } = await openNodes(url, 2)
    one.presence.enter('room', 'a', 'ada')
    await allSee(nodes, 'ada')
    one.presence.leave('room', 'a')
    await allSee(nodes)
    await eventually(() => expect(two.told.at(-1)).toEqual([]))
    await eventually(async () => expect(await one.connections.commands.exists(key)).toBe(0))
  })

  test.concurrent(
    'a member’s look on one node is known on all, the one nearest to the live end winning',
    async () => {
      const { nodes, one, two } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      one.presence.look('room', 'a', 'away')
      const everywhere = (look: string) =>
        eventually(() => {
          for (const { presence } of nodes)
            expect(presence.present('room')).toMatchObject([{ memberId: 'ada', look }])
        })
      await everywhere('away')
      two.presence.enter('room', 'b', 'ada')
      two.presence.look('room', 'b', 'above')
      await everywhere('above')
      one.presence.look('room', 'a', 'live')
      await everywhere('live')
    },
  )

  test.concurrent(
    'a member typing on one node shows as typing on all, until the message is sent',
    async () => {
      const { nodes, one, two } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      two.presence.enter('room', 'b', 'ben')
      await allSee(nodes, 'ada', 'ben')
      two.presence.typing('room', 'ben')
      await allSee(nodes, 'ada', 'ben*')
      two.presence.said('room', 'ben')
      await allSee(nodes, 'ada', 'ben')
    },
  )

  test.concurrent('a member on two nodes is shown once, until gone from both', async () => {
    const { nodes, one, two } = await openNodes(url, 2)
    one.presence.enter('room', 'a', 'ada')
    await allSee(nodes, 'ada')
    two.presence.enter('room', 'b', 'ada')
    two.presence.enter('room', 'c', 'ben')
    await allSee(nodes, 'ada', 'ben')
    one.presence.leave('room', 'a')
    await eventually(() => expect(one.presence.present('room')).toHaveLength(2))
    two.presence.leave('room', 'b')
    await allSee(nodes, 'ben')
  })

  test.concurrent(
    'a member who changes nodes stays present and keeps their place in the order',
    async () => {
      const { nodes, one, two, three, announcing } = await openNodes(url, 3)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      three.presence.enter('room', 'b', 'ben')
      await allSee(nodes, 'ada', 'ben')
      one.presence.leave('room', 'a')
      two.presence.enter('room', 'c', 'ada')
      await eventually(async () => expect(await announcing()).toBe(3))
      // The first node forgets the member after a moment; from then on only the second announces them.
      await eventually(async () => expect(await announcing()).toBe(2))
      await allSee(nodes, 'ada', 'ben')
      for (const { told } of nodes)
        expect(told.filter((members) => members[0]?.memberId !== 'ada')).toEqual([])
    },
  )

  test.concurrent(
    'a member who arrives at a new node keeps their place in the order there too',
    async () => {
      const { nodes, one, namespace, announcing } = await openNodes(url, 1)
      one.presence.enter('room', 'a', 'ada')
      one.presence.enter('room', 'b', 'ben')
      const later = await openNodes(url, 1, namespace)
      later.one.presence.enter('room', 'c', 'eve')
      later.one.presence.enter('room', 'd', 'ada')
      await allSee([...nodes, ...later.nodes], 'ada', 'ben', 'eve')
      one.presence.leave('room', 'a')
      one.presence.leave('room', 'b')
      await eventually(async () => expect(await announcing()).toBe(1))
      await allSee([...nodes, ...later.nodes], 'ada', 'eve')
    },
  )

  test.concurrent('a node that follows later learns the members and their order', async () => {
    const { nodes, one, two, namespace } = await openNodes(url, 2)
    two.presence.enter('room', 'b', 'ben')
    await allSee(nodes, 'ben')
    one.presence.enter('room', 'a', 'ada')
    two.presence.typing('room', 'ben')
    await allSee(nodes, 'ben*', 'ada')
    const later = await openNodes(url, 1, namespace)
    await allSee(later.nodes, 'ben*', 'ada')
  })

  test.concurrent(
    'many members who arrive at once are announced together, and an empty room is not announced',
    async () => {
      const { one, two, three, key } = await openNodes(url, 3)
      const published: string[] = []
      await three.subscriptions.subscribe(key, (text) => published.push(text))
      const names = Array.from({ length: 50 }, (_, index) => `member-${index}`)
      for (const name of names) one.presence.enter('room', name, name)
      await eventually(() => expect(two.here()).toEqual(names))
      await eventually(() => expect(published).toHaveLength(1))
      expect(two.told.length).toBeLessThanOrEqual(1)
      const { commands } = one.connections
      expect(await commands.pttl(key)).toBeGreaterThan(0)
      expect(await commands.pttl(key)).toBeLessThanOrEqual(8000)
      expect(JSON.parse(published[0] ?? '')).toMatchObject({ members: { length: 50 } })
    },
  )

  test.concurrent(
    'a dead node takes its members with it, also for nodes that open later',
    async () => {
      const { nodes, one, two, namespace, announcing } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      one.presence.enter('room', 'b', 'ben')
      await allSee(nodes, 'ada', 'ben')
      two.presence.enter('room', 'c', 'ben')
      await allSee(nodes, 'ada', 'ben')
      one.die()
      await allSee([two], 'ben')
      await eventually(() => expect(two.told.at(-1)).toEqual([{ memberId: 'ben', typing: false }]))
      const later = await openNodes(url, 1, namespace)
      await allSee(later.nodes, 'ben')
      await eventually(async () => expect(await announcing()).toBe(1))
      // Though disconnected, the node still knows its own members.
      expect(one.here()).toEqual(['ada', 'ben'])
      expect(one.errors).toHaveLength(1)
    },
  )

  test.concurrent(
    'a node that shuts down cleanly gives its members a moment to reconnect elsewhere',
    async () => {
      const { nodes, one, two, key } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      one.unfollow()
      one.presence.leave('room', 'a')
      one.presence.close()
      one.die()
      const { commands } = two.connections
      const holds = async () => Number((await commands.hvals(key))[0]?.split(' ')[0])
      const [seconds = 0] = (await commands.time()).map(Number)
      await eventually(async () => expect(await holds()).toBeLessThan((seconds + 4) * 1000))
      expect(two.here()).toEqual(['ada'])
      await allSee([two])
    },
  )

  test.concurrent(
    'a node that stops following gets no more updates and leaves the channel',
    async () => {
      const { nodes, one, two, key } = await openNodes(url, 2)
      one.presence.enter('room', 'a', 'ada')
      await allSee(nodes, 'ada')
      const { commands, cluster } = one.connections
      const listening = async () => {
        const counts = await Promise.all(servers.map(({ port }) => subscribers(port, key, cluster)))
        return counts.reduce((sum, count) => sum + count, 0)
      }
      expect(await listening()).toBe(2)
      two.unfollow()
      await eventually(async () => expect(await listening()).toBe(1))
      expect(two.here()).toEqual([])
      one.presence.leave('room', 'a')
      one.unfollow()
      await eventually(async () => expect(await listening()).toBe(0))
      await eventually(async () => expect(await commands.exists(key)).toBe(0))
      await eventually(() => expect([one.presence.size, two.presence.size]).toEqual([0, 0]))
    },
  )
})

/** The number of subscribers to a channel on one server. */
async function subscribers(port: number, channel: string, sharded: boolean): Promise<number> {
  const client = new Redis(port, '127.0.0.1')
  try {
    const told = await client.call('PUBSUB', sharded ? 'SHARDNUMSUB' : 'NUMSUB', channel)
    return Number((told as unknown[])[1])
  } finally {
    client.disconnect()
  }
}
