// Nodes decide on their own knowledge of a room, and the log compares grounds: a node that was behind decides again,
// and nobody is refused or admitted on outdated facts. The test counts the requests to Redis.
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '@roomcast/shared/protocol'
import type { RedisServer } from '../support/redis-server.ts'
import { CASES } from '../contract/idempotence.ts'
import { openRedisNode, type RedisNode } from './redis-log.ts'
import { aRoom, refusalOf, startedBy, type TestRoom } from '../doubles/room.ts'
import { useRedis } from './use-redis.ts'

let redis: RedisServer
let admin: Redis
let nodes: RedisNode[]
/** The same room on two nodes. */
let here: TestRoom
let there: TestRoom

useRedis((inUse) => ({ redis, admin } = inUse))
let rooms = 0
beforeEach(async () => {
  const open = () => openRedisNode({ urls: [redis.url], cluster: false }, { namespace: 'ground' })
  nodes = [await open(), await open()]
  here = await aRoom(node(0).log, `room-${(rooms += 1)}`)
  there = here.on(node(1).log)
})
afterEach(() => Promise.all(nodes.map((one) => one.close())))

function node(index: number): RedisNode {
  const found = nodes[index]
  if (!found) throw new Error('it is not open')
  return found
}

/** Counts the scripts that a node runs on behalf of a waiting caller. */
function countOf({ connections }: RedisNode): { readonly scripts: string[] } {
  const scripts: string[] = []
  const run = connections.run.bind(connections)
  connections.run = (script, ...rest) => {
    if (script.name !== 'roomcast-touch') scripts.push(script.name.replace('roomcast-', ''))
    return run(script, ...rest)
  }
  return { scripts }
}

describe('a node that is behind', () => {
  beforeEach(async () => {
    // The node knows the room as it is now, but does not follow it.
    await there.say('carol', 'Hello')
  })

  test.each(Object.entries(CASES))('decides again: %s', async (_, { prepare }) => {
    const send = await prepare(here)
    await here.amend('alice', { type: 'configure', title: 'Meanwhile' })
    const { entries } = await send(there.log)
    expect((await send(here.log)).entries).toEqual(entries)
    expect(entries.length).toBeGreaterThan(0)
  })

  test('refuses every command of a member removed meanwhile', async () => {
    const said = await there.said('bob', 'Helo')
    await here.remove('alice', 'bob')
    const wanted = [
      () => there.say('bob', 'Hello?'),
      () => there.ask('bob', 'Why?'),
      () => there.edit('bob', said, 'Hello'),
      () => there.retract('bob', said),
      () => there.withdraw('bob', said),
      () => there.resume('bob'),
      () => there.amend('bob', { type: 'invite', inviteId: 'link', until: 4_000_000_000_000 }),
    ]
    for (const want of wanted) {
      expect(await refusalOf(want())).toBe('removed')
    }
  })

  test('accepts a member who has returned', async () => {
    await here.remove('bob', 'bob')
    expect(await refusalOf(there.say('bob', 'Hello?'))).toBe('removed')
    await here.joins('bob')
    await there.say('bob', 'Hello!')
  })

  test('does not refuse a question once the queue has room again', async () => {
    const running = await here.asked('alice', 'Why?')
    for (let count = 0; count < LIMITS.queueLengthPerMember; count++)
      await there.ask('bob', `And ${count}?`)
    expect(await refusalOf(there.ask('bob', 'More?'))).toBe('queue-full')
    await here.end(running, 'completed')
    await there.ask('bob', 'More?')
  })

  test('learns the end that came first', async () => {
    const running = await here.asked('alice', 'Why?')
    const ended = await here.cancel('bob', running.generationId)
    const again = await there.cancel('carol', running.generationId)
    expect(again).toMatchObject({ ok: false, refused: 'ended' })
    expect(!again.ok && again.refused === 'ended' && ended.ok && again.ended).toEqual(
      ended.ok && ended.ended,
    )
  })

  test('reads the whole room if it is too far behind to catch up', async () => {
    await Promise.all(Array.from({ length: 600 }, (_, index) => here.say('bob', `${index}`)))
    const running = await here.asked('alice', 'Why?')
    expect(await there.ask('bob', 'And?')).toMatchObject({ started: null })
    await here.end(running, 'completed')
    expect(await there.state()).toMatchObject({ queue: [] })
  })
})

describe('knowledge that Redis has lost', () => {
  /**
   * Remembers the keys of the room; the returned function restores them, as a failover does that lost everything later.
   */
  async function remember(): Promise<() => Promise<void>> {
    const names = await admin.keys(`ground:{${here.roomId}}*`)
    const kept = await Promise.all(
      names.map(async (name) => [name, await admin.dumpBuffer(name)] as const),
    )
    return async () => {
      const now = await admin.keys(`ground:{${here.roomId}}*`)
      await admin.del(...now)
      for (const [name, dump] of kept) await admin.restore(name, 0, dump)
    }
  }

  test('is not used for decisions, even if another entry has taken the offset', async () => {
    await there.say('carol', 'Hello')
    const lose = await remember()
    await there.remove('alice', 'bob')
    expect(await refusalOf(there.say('bob', 'Hello?'))).toBe('removed')
    await lose()
    const other = await openRedisNode(
      { urls: [redis.url], cluster: false },
      { namespace: 'ground' },
    )
    await here.on(other.log).amend('alice', { type: 'configure', title: 'In its place' })
    await there.say('bob', 'Hello!')
    await other.close()
  })

  test('is not used for decisions if only messages were lost, and the room goes on', async () => {
    await there.say('carol', 'Hello')
    const lose = await remember()
    await there.say('carol', 'soon lost')
    await lose()
    const { entries } = await there.ask('carol', 'Why?')
    expect(entries.map(({ type }) => type)).toEqual(['message-posted', 'generation-started'])
    expect(await refusalOf(there.resume('carol'))).toBe('queue-not-held')
  })
})

describe('an entry of a later version', () => {
  test('is skipped, and later commands are decided again', async () => {
    await there.say('carol', 'Hello')
    const key = `ground:{${here.roomId}}`
    const [offset, at] = (await admin.hmget(key, 'offset', 'at')).map(Number) as [number, number]
    const next = offset + 1
    const json = JSON.stringify({ offset: next, at, type: 'poll-opened', question: 'Tea?' })
    const mark = createHash('sha1').update(json).digest('hex')
    await admin.xadd(`${key}:entries`, `${next}-0`, 'e', json)
    await admin.hset(key, 'offset', next, 'ground', `${next} ${mark}`)
    expect((await there.say('carol', 'So')).entries).toMatchObject([{ offset: next + 1 }])
    const fresh = await openRedisNode(
      { urls: [redis.url], cluster: false },
      { namespace: 'ground' },
    )
    expect((await here.on(fresh.log).ask('bob', 'Why?')).started).not.toBeNull()
    await fresh.close()
  })
})

describe('a node asks Redis', () => {
  test('once each for a post, a question and a stop, while another node takes part', async () => {
    const watchers = [await here.watch(), await there.watch()]
    const counted = countOf(node(1))
    await there.say('carol', 'Hello')
    counted.scripts.length = 0

    const after = async (work: Promise<{ readonly entries?: readonly { offset: number }[] }>) => {
      const offset = (await work).entries?.at(-1)?.offset
      for (const watcher of watchers)
        await watcher.sees(
          (update) =>
            'type' in update &&
            update.type === 'entries' &&
            update.entries.some((entry) => entry.offset === offset),
        )
    }
    const started = await here.ask('alice', 'Why?')
    await after(Promise.resolve(started))
    await after(there.say('bob', 'Hello'))
    expect(counted.scripts).toEqual(['append'])
    await after(there.cancel('bob', startedBy(started).generationId) as Promise<object>)
    expect(counted.scripts).toEqual(['append', 'append-freeing'])
    await after(here.say('alice', 'So'))
    await after(there.ask('carol', 'How?'))
    expect(counted.scripts).toEqual(['append', 'append-freeing', 'append'])
    for (const watcher of watchers) watcher.stop()
  })

  test('once for all messages of the same moment, and each gets its answer', async () => {
    await there.say('carol', 'Hello')
    const counted = countOf(node(1))
    const posts = Array.from({ length: 50 }, (_, index) => there.say('bob', `${index}`))
    const written = await Promise.all(posts)
    expect(counted.scripts.length).toBeLessThan(5)
    expect(new Set(written.map(({ entries }) => entries[0]?.offset)).size).toBe(50)
    const { messages } = await there.state()
    expect(messages.slice(-50).map((message) => 'text' in message && message.text)).toEqual(
      Array.from({ length: 50 }, (_, index) => `${index}`),
    )
  })

  test('about messages without making others decide again', async () => {
    await here.say('alice', 'Hello')
    await there.say('carol', 'Hello')
    const counted = [countOf(node(0)), countOf(node(1))]
    for (let round = 0; round < 20; round++)
      await Promise.all([here.say('alice', 'So'), there.say('carol', 'So')])
    for (const { scripts } of counted) expect(scripts).toEqual(scripts.map(() => 'append'))
    expect(counted.map(({ scripts }) => scripts.length)).toEqual([20, 20])
  })

  test('with a batch in which one refusal affects no other command', async () => {
    await there.say('carol', 'Hello')
    await here.remove('alice', 'bob')
    const codes = await Promise.all([
      refusalOf(there.say('carol', 'One')),
      refusalOf(there.say('bob', 'Two')),
      refusalOf(there.say('carol', 'Three')),
    ])
    expect(codes).toEqual(['not refused', 'removed', 'not refused'])
  })
})
