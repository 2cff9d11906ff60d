// A replica replaces a Redis that had acknowledged more than the replica received. Everything that nodes wrote and saw
// in the last seconds comes back, once, with the same ids; real servers, real replication.
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digest } from '@roomcast/shared/digest'
import { messagesOf } from '@roomcast/shared/room'
import type { EndResult, Started, Written } from '@roomcast/server/judge/room-log.ts'
import { asUser } from '../support/redis-user.ts'
import { type RedisPair, startRedisPair } from '../support/redis-pair.ts'
import { openRedisNode, reachRedis, type RedisNode } from './redis-log.ts'
import { aRoom, refusalOf, startedBy, type TestRoom } from '../doubles/room.ts'
import type { Watcher } from '../doubles/watcher.ts'

const NAMESPACE = 'roomcast'

let pair: RedisPair
let nodes: RedisNode[]
/** The same room on two nodes, and the updates that each received. */
let here: TestRoom
let there: TestRoom
let watchers: Watcher[]
let lost: string[]
let again: number[]
let missing: number[]

async function open(url = pair.url): Promise<RedisNode> {
  const node = await openRedisNode(
    { urls: [asUser(url)], cluster: false },
    {
      namespace: NAMESPACE,
      onLost: (roomId) => lost.push(roomId),
      onReasserted: (_, written, without) => {
        again.push(written)
        missing.push(without)
      },
    },
  )
  nodes.push(node)
  return node
}

beforeEach(async () => {
  ;[nodes, lost, again, missing] = [[], [], [], []]
  pair = await startRedisPair()
  here = await aRoom((await open()).log)
  there = here.on((await open()).log)
  watchers = [await here.watch(), await there.watch()]
})
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await pair.stop()
})

/** Waits until both nodes have received the newest entry. */
async function heard({ entries }: Pick<Written, 'entries'>): Promise<void> {
  const last = entries.at(-1)
  for (const watcher of watchers)
    await watcher.sees(
      (update) =>
        'type' in update &&
        update.type === 'entries' &&
        update.entries.some(({ offset }) => offset === last?.offset),
    )
}

async function failOver(): Promise<void> {
  await pair.failOver()
  await expect.poll(() => lost).toEqual(['room'])
  await reachRedis(nodes)
}

function cancelled(result: EndResult): Extract<EndResult, { ok: true }> {
  if (!result.ok) throw new Error('it had ended')
  return result
}

/** A running reply whose beginning has reached the replica. */
async function running(): Promise<Started> {
  const owned = await here.asked('alice', 'Why?')
  await here.write(owned, 0, { text: 'Because ', mark: 'text' })
  return owned
}

const texts = async () =>
  (await there.state()).messages.map((message) => message.kind === 'said' && message.text)

describe('after a failover that lost acknowledged entries', () => {
  test('[R4.2] a message comes back unchanged, in a new epoch, and its command is known', async () => {
    const before = await here.state()
    await pair.sever()
    const post = here.newPost('bob', 'soon lost 🎉', false)
    const written = await here.log.post('room', post)
    await heard(written)
    const known = await here.state()
    await failOver()
    const state = await there.state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect(state.epoch).not.toBe(before.epoch)
    expect(await here.log.post('room', post)).toEqual(written)
    expect(await there.state()).toEqual(state)
    expect(again).toEqual([1])
  })

  test('[R4.1] a message restored by a node that never saw its command is not posted twice', async () => {
    await pair.sever()
    const posts = [here.newPost('bob', 'said', false), here.newPost('bob', 'asked?', true)]
    const written = []
    for (const post of posts) written.push(await here.log.post('room', post))
    for (const one of written) await heard(one)
    await nodes.shift()?.close()
    await failOver()
    // Sent to another node, with another generation id.
    for (const [index, post] of posts.entries())
      expect(await there.log.post('room', { ...post, generationId: 'another' })).toEqual({
        entries: written[index]?.entries,
        started: null,
      })
    expect(await texts()).toEqual(['said', 'asked?', false])
  })

  test('[R4.2] an entry known only to the node that wrote it comes back too', async () => {
    await pair.sever()
    for (const node of nodes) node.connections.subscriber.disconnect()
    await here.say('bob', 'heard by nobody')
    await failOver()
    expect(await texts()).toEqual(['heard by nobody'])
  })

  test('[R4.2] an entry known only to another node is added when that node reaches the new epoch', async () => {
    await pair.sever()
    for (const { connections } of nodes) connections.subscriber.disconnect()
    const post = there.newPost('carol', 'two', false)
    await here.say('bob', 'one')
    const { entries } = await there.log.post('room', post)
    const late = nodes[1]?.connections.commands
    late?.disconnect()
    await failOver()
    expect(await here.state()).toMatchObject({ messages: [{ text: 'one' }] })
    await late?.connect()
    await expect.poll(texts).toEqual(['one', 'two'])
    expect((await there.log.post('room', post)).entries).toEqual(entries)
    expect(again).toEqual([1, 1])
    expect(lost).toEqual(['room'])
  })

  test('[R4.1] a command that is repeated the moment its node is connected again gets its first answer', async () => {
    await pair.sever()
    const removal = {
      type: 'remove',
      by: 'alice',
      memberId: 'carol',
      commandId: 'removal',
    } as const
    const removed = await there.log.amend('room', removal)
    await heard(removed)
    const late = nodes[1]?.connections.commands
    late?.disconnect()
    // The other node restores the entries, but does not know the command.
    await failOver()
    expect((await here.state()).members).toContainEqual(
      expect.objectContaining({ memberId: 'carol', gone: 'removed' }),
    )
    await late?.connect()
    expect(await there.log.amend('room', removal)).toEqual(removed)
  })

  test('[R3.1] a stop stays a stop with the same text, on whichever node it was made', async () => {
    const owned = await running()
    await pair.sever()
    await here.write(owned, 8, 'it is 🎉', { text: 'so', mark: 'thinking' })
    await heard(cancelled(await there.cancel('bob', owned.generationId, 'enough')))
    const reply = await here.reply(owned.generationId)
    await failOver()
    expect(await here.reply(owned.generationId)).toEqual(reply)
    expect(await here.log.appendReply(owned, reply.end, ' late')).toMatchObject({
      ok: false,
      refused: 'ended',
    })
  })

  test('[R3.1] text beyond an acknowledged stop is removed even if the owner had not heard of the stop', async () => {
    const owned = await running()
    await pair.sever()
    await heard(cancelled(await there.cancel('bob', owned.generationId)))
    const reply = await here.reply(owned.generationId)
    const late = here.on((await open(pair.replica.url)).log)
    await late.write(owned, 8, { text: 'beyond', mark: 'thinking' })
    await failOver()
    expect(await here.reply(owned.generationId)).toEqual(reply)
    expect((await here.state()).running).toBe(null)
  })

  test('[R2.1] an end and the generation it started both stay, and the waiting question is answered once', async () => {
    const owned = await running()
    const waiting = await there.queued('bob', 'And then?')
    await pair.sever()
    const ended = await here.end(owned, 'completed', {
      final: { at: 8, text: 'so.', mark: undefined },
      stop: 'end_turn',
      usage: { inputTokens: 3, outputTokens: 4, estimated: false },
    })
    const next = startedBy(cancelled(ended))
    await here.write(next, 0, { text: 'Then', mark: 'text' })
    await heard(cancelled(ended))
    const known = await here.state()
    await failOver()
    const state = await there.state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect(state).toMatchObject({ queue: [], running: next.number })
    expect(next.messageId).toBe(waiting)
    // The owner goes on.
    expect(await here.log.renew(next)).toBe(true)
    await here.write(next, 4, ' this.')
    expect((await here.reply(next.generationId)).text).toBe('Then this.')
    const end = cancelled(await here.end(next, 'completed'))
    expect(end.ended.digest).toBe(digest('Then this.'))
  })

  test('[R1] a running reply goes on in the same epoch if only some of its text was lost', async () => {
    const owned = await running()
    const { epoch } = await here.state()
    await pair.sever()
    await here.write(owned, 8, 'it is')
    await pair.failOver()
    await expect
      .poll(() => here.log.appendReply(owned, 13, ' so').catch(() => null))
      .toEqual({ ok: false, refused: 'elsewhere', end: 8 })
    await reachRedis(nodes)
    await here.write(owned, 8, 'it is', ' so')
    expect(await there.state()).toMatchObject({ epoch })
    expect(lost).toEqual([])
  })

  test('[R4.2] all that members did comes back in order: joins, withdrawn questions, a resumed queue', async () => {
    const owned = await running()
    const waiting = [await here.queued('bob', 'one'), await here.queued('carol', 'two')]
    await pair.sever()
    await there.log.join('room', {
      commandId: there.newId('join'),
      memberId: 'dave',
      name: 'Dave',
      role: 'member',
    })
    const messageId = waiting[0] ?? ''
    const withdrawal = { commandId: there.newId('command'), messageId, by: 'bob' }
    const withdrawn = await there.log.withdraw('room', withdrawal)
    await there.cancel('carol', owned.generationId)
    const three = await there.queued('dave', 'three')
    await heard(await there.resume('dave'))
    const known = await here.state()
    expect(known).toMatchObject({ queue: [three], held: false })
    await failOver()
    const state = await there.state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect(await there.log.withdraw('room', withdrawal)).toEqual(withdrawn)
    expect(await there.log.isMember('room', 'dave')).toBe(true)
    expect(await there.log.roomsOf('dave')).toHaveLength(1)
    const { entries } = await here.log.page('room', 1000, 100)
    expect(new Set(entries.map(({ offset }) => offset)).size).toBe(entries.length)
  })

  test('[R4.2] edits, retractions, settings, departures and removals come back', async () => {
    const [kept, gone] = [await here.said('bob', 'Helo'), await here.said('carol', 'A secret')]
    await pair.sever()
    await there.edit('bob', kept, 'Hello')
    await there.retract('alice', gone)
    await there.amend('bob', { type: 'invite', inviteId: 'before', until: 4_000_000_000_000 })
    await there.amend('bob', { type: 'end-invites' })
    await there.amend('bob', { type: 'invite', inviteId: 'link', until: 4_000_000_000_000 })
    const settings = { type: 'configure', title: 'New', model: 'other', instructions: '' } as const
    await there.amend('alice', { ...settings, inviters: 'owner', thinking: true })
    const post = { ...there.newPost('carol', 'Why?', true), model: 'third', mentions: ['bob'] }
    await there.log.post('room', { ...post, quote: { of: kept, text: 'Hello' } })
    const removal = { commandId: there.newId('c'), type: 'remove', by: 'alice' } as const
    const removed = await there.log.amend('room', { ...removal, memberId: 'carol' })
    await heard(await there.remove('bob', 'bob'))
    const known = await here.state()
    await failOver()
    const state = await there.state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect(state.messages.map(({ text }) => text)).toEqual(['Hello', '', 'Why?', ''])
    expect(await there.log.amend('room', { ...removal, memberId: 'carol' })).toEqual(removed)
    expect(await refusalOf(there.say('carol', 'Still here?'))).toBe('removed')
    expect(state).toMatchObject({ inviters: 'owner', thinking: true, invites: { open: [] } })
    const invite = { type: 'invite', inviteId: 'x', until: 4_000_000_000_000 } as const
    expect(await refusalOf(there.amend('bob', invite))).toBe('removed')
    expect(await refusalOf(there.amend('alice', invite))).toBe('not refused')
    expect(await there.log.isMember('room', 'bob')).toBe(false)
    const { entries, runs } = await here.log.page('room', 1000, 100)
    expect(messagesOf(entries, runs)).toMatchObject(state.messages.map(({ text }) => ({ text })))
    const [running] = state.messages.slice(-1)
    await there.cancel('alice', running?.kind === 'reply' ? running.generationId : '')
    const again = await there.again('alice', running?.kind === 'reply' ? running.generationId : '')
    expect(again.started?.model).toBe('third')
  })

  test('[R4.2] nothing is lost or doubled if other entries took the offsets and nodes know different tails', async () => {
    await pair.sever()
    await heard(await here.say('bob', 'one'))
    nodes[0]?.connections.subscriber.disconnect()
    await there.say('carol', 'two')
    const other = here.on((await open(pair.replica.url)).log)
    await other.say('alice', 'in its place')
    await failOver()
    await expect.poll(texts).toEqual(['in its place', 'one', 'two'])
    await there.say('bob', 'three')
    expect(await texts()).toEqual(['in its place', 'one', 'two', 'three'])
    expect(again.reduce((sum, one) => sum + one)).toBe(2)
  })

  test('[R2.3] a start displaced by another waits in the queue, unless it was stopped', async () => {
    await pair.sever()
    const stopped = await here.asked('alice', 'Stopped?')
    await here.cancel('alice', stopped.generationId)
    await heard(await here.ask('alice', 'Mine?'))
    const other = here.on((await open(pair.replica.url)).log)
    const owned = await other.asked('carol', 'In its place?')
    await failOver()
    const { queue, running: runs, messages } = await there.state()
    expect(runs).toBe(owned.number)
    const mine = messages.find((message) => message.kind === 'said' && message.text === 'Mine?')
    expect(queue).toEqual([mine?.kind === 'said' && mine.messageId])
    expect(messages).toHaveLength(4)
    expect(startedBy(cancelled(await other.end(owned, 'completed'))).messageId).toBe(queue[0])
  })

  test('[R4.2] a room that was just created comes back, and one that was deleted does not', async () => {
    await aRoom(here.log, 'removed')
    await pair.sever()
    const made = await aRoom(here.log, 'made')
    await made.say('bob', 'Hello')
    const known = await made.state()
    await here.log.deleteRoom('removed')
    await pair.failOver()
    await expect.poll(() => made.state().catch(() => null)).toMatchObject({ offset: 5 })
    await reachRedis(nodes)
    const state = await made.on(there.log).state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect((await there.log.roomsOf('bob')).map(({ roomId }) => roomId)).toContain('made')
    await expect.poll(() => refusalOf(here.log.read('removed'))).toBe('room-not-found')
  })

  test('[R4.2] an entry that only a later version can restore does not prevent the others', async () => {
    const { epoch, offset: before } = await here.state()
    const { commands } = nodes[0]?.connections ?? expect.fail('there is no node')
    await pair.sever()
    const [key, offset] = [`${NAMESPACE}:{room}`, before + 1]
    const entry = JSON.stringify({ offset, at: Date.now(), type: 'poll-opened', by: 'bob' })
    await commands.xadd(`${key}:entries`, `${offset}-0`, 'e', entry)
    await commands.hset(key, 'offset', offset)
    await commands.publish(key, `e${epoch}\n[${entry}]`)
    await heard(await here.say('bob', 'soon lost'))
    await failOver()
    expect(await texts()).toEqual(['soon lost'])
    expect(missing).toEqual([1])
  })

  test('[R4.2] a second failover may lose restored entries, and they come back again', async () => {
    for (const text of ['one', 'two']) {
      await pair.sever()
      await heard(await here.say('bob', text))
      await pair.failOver()
      await expect.poll(async () => (await texts().catch(() => [])).at(-1)).toBe(text)
      await reachRedis(nodes)
      await pair.refill()
    }
    expect(await texts()).toEqual(['one', 'two'])
  })
})

describe('a restarted Redis', () => {
  test.each([
    ['keeps its epoch and all entries if its tail survived', false],
    ['gets its tail back in a new epoch if the tail was lost', true],
  ])('[R4.2] %s', async (_, isCut) => {
    const { epoch } = await here.state()
    const owned = await running()
    await heard(cancelled(await here.cancel('bob', owned.generationId)))
    const known = await here.state()
    const admin = new Redis(pair.primary.url)
    const [, directory] = (await admin.config('GET', 'dir')) as [string, string]
    admin.disconnect()
    await pair.primary.kill()
    if (isCut) await cutTheTail(directory)
    await pair.primary.restart()
    await expect
      .poll(() => here.state().catch(() => null))
      .toMatchObject({
        offset: known.offset,
        running: null,
      })
    const state = await here.state()
    expect(state).toEqual({ ...known, epoch: state.epoch })
    expect(state.epoch === epoch).toBe(!isCut)
  })
})

/** Cuts the end of the append-only file, as after a power failure: everything from the stop on. */
async function cutTheTail(directory: string): Promise<void> {
  const { readdir, readFile, truncate } = await import('node:fs/promises')
  const folder = `${directory}/appendonlydir`
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof')) ?? ''
  const written = await readFile(`${folder}/${name}`)
  // The cut is within the transaction of the stop, so Redis drops it as a whole.
  await truncate(`${folder}/${name}`, written.lastIndexOf('generation-ended'))
}
