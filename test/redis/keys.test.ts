// The Redis adapter's storage: scripts that Redis accepts, keys that share a hash slot, and no leftovers.
import { readdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RedisRoomLogOptions } from '@roomcast/server/room-logs.ts'
import { loadScripts } from '@roomcast/server/log/redis/scripts.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { newId, openRedisNode, type RedisNode } from './redis-log.ts'
import { aRoom, refusalOf, startedBy, type TestRoom } from '../doubles/room.ts'
import { useRedis } from './use-redis.ts'

const LEASE_MS = 6000
/** Redis keeps the text of every script. Scripts are short: a long one does too much. */
const MOST_BYTES = 21 * 1024
const FOLDER = new URL('../../packages/server/src/log/redis/', import.meta.url)

let redis: RedisServer
let admin: Redis
let node: RedisNode

useRedis((inUse) => ({ redis, admin } = inUse))
beforeEach(async () => {
  await admin.flushall()
  node = await openNode()
})
afterEach(() => node.close())

function openNode(options: Partial<RedisRoomLogOptions> = {}): Promise<RedisNode> {
  const address = { urls: [redis.url], cluster: false }
  return openRedisNode(address, { namespace: 'keys', leaseMs: LEASE_MS, ...options })
}

async function allKeys(): Promise<string[]> {
  const found: string[] = []
  for (let cursor = '0'; ;) {
    const [next, names] = await admin.scan(cursor, 'COUNT', 1000)
    found.push(...names)
    if (next === '0') return [...new Set(found)].toSorted()
    cursor = next
  }
}

/** A room with everything that leaves something in Redis, and a running answer. */
async function aFullRoom(): Promise<TestRoom> {
  const room = await aRoom(node.log)
  await room.say('bob', 'Hello')
  const first = await room.asked('alice', 'Why?')
  await room.write(first, 0, { text: '', mark: 'thinking' }, { text: 'So', mark: 'text' })
  await room.queued('bob', 'How?')
  await room.withdraw('bob', await room.queued('bob', 'When?'))
  const said = await room.said('carol', 'Helo')
  await room.edit('carol', said, 'Hello')
  await room.retract('alice', said)
  await room.amend('alice', { type: 'configure', title: 'T', model: 'm', instructions: 'i' })
  await room.cancel('carol', first.generationId)
  await node.log.join('room', { commandId: 'd', memberId: 'dan', name: 'dan', role: 'member' })
  await room.remove('alice', 'dan')
  await node.log.checkpoint(await room.state())
  const again = startedBy(await room.again('carol', first.generationId))
  await room.write(again, 0, 'Because')
  await room.queued('carol', 'Who?')
  return room
}

test('Redis accepts every script, and each is short and in use', async () => {
  const scripts = loadScripts({ publishCommand: 'publish', leaseMs: 1, freshMs: 1 })
  for (const { name, lua } of Object.values(scripts)) {
    const sha = createHash('sha1').update(lua).digest('hex')
    expect(await admin.script('LOAD', lua), name).toBe(sha)
    expect(Buffer.byteLength(lua), name).toBeLessThan(MOST_BYTES)
  }
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.lua'))
  // One text is loaded twice, the second time for a Redis that is full.
  const { 'append-freeing': _, ...once } = scripts
  const used = Object.keys(once).map((name) => `${name}.lua`)
  expect([...used, 'prelude.lua', 'cards.lua'].toSorted()).toEqual(files.toSorted())
})

test('the keys of a room share a hash tag, and no others exist besides the lists', async () => {
  await aFullRoom()
  const names = await allKeys()
  const lists = ['keys:member:alice', 'keys:member:bob', 'keys:member:carol', 'keys:{active}']
  expect(names).toEqual(expect.arrayContaining(lists))
  const ofRoom = names.filter((name) => !lists.includes(name))
  expect(ofRoom.length).toBeGreaterThan(11)
  for (const name of ofRoom) expect(name).toMatch(/^keys:\{room\}(:|$)/)
})

test('a deleted room leaves no keys', async () => {
  await aFullRoom()
  await node.log.deleteRoom('room')
  // A node sweeps all rooms once it has seen a whole lease.
  const clock = new SimulatedClock()
  const reaper = await openNode({ clock })
  await clock.advance(LEASE_MS)
  await reaper.log.recover(newId)
  await reaper.close()
  expect(await allKeys()).toEqual(['keys:{active}:sweeper:2'])
  expect(await admin.pttl('keys:{active}:sweeper:2')).toBeGreaterThan(0)
})

test('a member who joins a room that was just deleted is not listed in it', async () => {
  await aRoom(node.log)
  await node.log.deleteRoom('room')
  const dora = { commandId: 'join', memberId: 'dora', name: 'Dora', role: 'member' } as const
  expect(await refusalOf(node.log.join('room', dora))).toBe('room-not-found')
  const lists = (await allKeys()).filter((name) => name.startsWith('keys:member:'))
  expect(lists).toEqual([])
})

test('a late owner restores nothing of a deleted room', async () => {
  const room = await aRoom(node.log)
  const idle = await room.state()
  const owned = await room.asked('alice', 'Why?')
  await room.write(owned, 0, 'Bec')
  await node.log.deleteRoom('room')
  const before = await allKeys()
  const late = [
    node.log.appendReply(owned, 3, 'ause'),
    node.log.renew(owned),
    room.end(owned, 'completed'),
    node.log.checkpoint(idle),
  ]
  expect(await Promise.all(late.map(refusalOf))).toEqual(late.map(() => 'room-not-found'))
  expect(await allKeys()).toEqual(before)
})

test('while an answer grows, only its text grows in Redis', async () => {
  const room = await aRoom(node.log)
  const owned = await room.asked('alice', 'Why?')
  let at = await room.write(owned, 0, { text: 'x', mark: 'text' })
  const sizes = async () => {
    const pairs = (await allKeys()).map(async (name) => {
      const size = name.endsWith(':reply')
        ? 'text'
        : await admin.memory('USAGE', name, 'SAMPLES', 0)
      return [name, size] as const
    })
    return Object.fromEntries(await Promise.all(pairs))
  }
  at = await room.write(owned, at, ...Array.from({ length: 20 }, () => 'y'))
  const before = await sizes()
  at = await room.write(owned, at, ...Array.from({ length: 1000 }, () => 'zz'))
  expect(await sizes()).toEqual(before)
  expect((await room.reply(owned.generationId)).end).toBe(at)
})

test('[R6.7] a member who leaves on one node and returns on another has the room in their list', async () => {
  const room = await aRoom(node.log)
  const other = await openNode()
  const back = room.on(other.log)
  const { commands } = node.connections
  const zrem = commands.zrem.bind(commands)
  // The removal from the list is delayed.
  commands.zrem = (async (...given: Parameters<typeof zrem>) => {
    await back.joins('bob')
    return zrem(...given)
  }) as typeof commands.zrem
  await room.remove('bob', 'bob')
  expect(await other.log.isMember('room', 'bob')).toBe(true)
  expect((await other.log.roomsOf('bob')).map(({ roomId }) => roomId)).toEqual(['room'])
  await other.close()
})

test.each([
  ['before they join', 'before', 'room-not-found'],
  ['when the room has changed and the join is decided again', 'between', 'room-not-found'],
  ['right after they join', 'after', 'not refused'],
])(
  'a member who joins while the room is deleted is not listed in it: %s',
  async (_, when, outcome) => {
    const room = await aRoom(node.log)
    const other = await openNode()
    // The other node knows the room but does not hear of its deletion.
    await room.on(other.log).say('bob', 'Hello')
    if (when === 'between') await room.joins('eve')
    const { connections } = other
    const run = connections.run.bind(connections)
    connections.run = async (script, ...rest) => {
      if (script.name !== 'roomcast-append') return run(script, ...rest)
      connections.run = run
      if (when === 'before') await node.log.deleteRoom('room')
      const answer = await run(script, ...rest)
      if (when !== 'before') await node.log.deleteRoom('room')
      return answer
    }
    expect(await refusalOf(room.on(other.log).joins('dora'))).toBe(outcome)
    expect((await allKeys()).filter((name) => name.endsWith(':dora'))).toEqual([])
    await other.close()
  },
)

test('a member whose join is refused after a change is not listed in the room', async () => {
  const room = await aRoom(node.log)
  const other = await openNode()
  await room.on(other.log).say('bob', 'Hello')
  await room.joins('dora')
  await room.remove('alice', 'dora')
  expect(await refusalOf(room.on(other.log).joins('dora'))).not.toBe('not refused')
  expect((await allKeys()).filter((name) => name.endsWith(':dora'))).toEqual([])
  await other.close()
})
