// The room log on a failing Redis: each command is done once or refused, and followers catch up on whatever they
// missed.
import { beforeEach, describe, expect, test } from 'vitest'
import type { LogUpdate } from '@roomcast/server/judge/room-log.ts'
import { type FaultyRedis, useFaultyRedis } from './faulty-redis.ts'
import { CASES } from '../contract/idempotence.ts'
import { documentedUser } from '../support/redis-user.ts'
import { openRedisNode } from './redis-log.ts'
import { aRoom, refusalOf, startedBy } from '../doubles/room.ts'

const fixture = useFaultyRedis()
let { redis, proxy, admin, log, connections }: FaultyRedis = {} as FaultyRedis
beforeEach(() => ({ redis, proxy, admin, log, connections } = fixture.current))

describe('when an answer of Redis is lost', () => {
  test('[R4.1] the connection asks again: a question is posted once, and the caller runs its answer', async () => {
    const room = await aRoom(log)
    const before = await room.state()
    proxy.loseNextAnswer()
    const started = await room.asked('alice', 'Why?')
    const state = await room.state()
    expect(state.offset).toBe(before.offset + 2)
    expect(state.messages).toHaveLength(2)
    await room.write(started, 0, 'Because')
  })

  test.each(Object.entries(CASES))('[R4.1] %s is done once', async (_, { prepare }) => {
    const room = await aRoom(log)
    const send = await prepare(room)
    const before = await log.read('room')
    proxy.loseNextAnswer()
    const { entries, started } = await send(log)
    const after = await log.read('room')
    expect(after.entries.slice(before.entries.length)).toEqual(entries)
    const begun = entries.find(({ type }) => type === 'generation-started')
    expect(started === null).toBe(begun === undefined)
    // A repetition gets the same entries and runs nothing.
    expect((await send(log)).entries).toEqual(entries)
    expect(await log.read('room')).toEqual(after)
  })

  test('[R1.1] text is stored once', async () => {
    const room = await aRoom(log)
    const started = await room.asked('alice', 'Why?')
    await room.write(started, 0, 'Be')
    proxy.loseNextAnswer()
    await room.write(started, 2, 'cause 🎉', '!')
    expect((await room.reply(started.generationId)).text).toBe('Because 🎉!')
  })

  test('[R2.1] there is one end, and the caller runs the next question', async () => {
    const room = await aRoom(log)
    const started = await room.asked('alice', 'Why?')
    await room.queued('bob', 'How?')
    proxy.loseNextAnswer()
    const next = startedBy((await room.end(started, 'completed')) as { started: null })
    expect(next).toMatchObject({ number: 2, by: 'bob' })
    const { entries } = await log.read('room')
    expect(entries.filter((entry) => entry.type === 'generation-ended')).toHaveLength(1)
  })
})

describe('a Redis user without permission for a command', () => {
  test('makes each script that breaks off report it, and nothing is half done', async () => {
    const [, ...rules] = documentedUser('weak')
    await admin.call('ACL', 'SETUSER', 'weak', ...rules, '~*', '&*')
    const address = redis.url.replace('redis://', 'redis://weak:weak@')
    const weak = await openRedisNode(
      { urls: [address], cluster: false },
      { namespace: 'weak', newId: () => 'epoch' },
    )
    const faults: string[] = []
    weak.connections.onScriptFault = (script, fault) => void faults.push(`${script} ${fault}`)
    const room = await aRoom(weak.log)
    await admin.call('ACL', 'SETUSER', 'weak', '-hexists')
    const said = await room.said('bob', 'Helo')
    const before = await room.state()
    expect(faults).toEqual([])
    expect(await refusalOf(room.edit('bob', said, 'Hello'))).toBe('storage-unavailable')
    expect(faults).toContain('roomcast-find denied')
    await admin.call('ACL', 'SETUSER', 'weak', '+hexists')
    expect(await room.state()).toEqual(before)
    await room.edit('bob', said, 'Hello')
    await weak.close()
  })
})

test('[R4.3] a join is acknowledged even if the list of the member’s rooms could not be corrected', async () => {
  const [, ...rules] = documentedUser('half')
  await admin.call('ACL', 'SETUSER', 'half', ...rules, '~*', '&*', '-hexists')
  const address = redis.url.replace('redis://', 'redis://half:half@')
  const half = await openRedisNode(
    { urls: [address], cluster: false },
    { namespace: 'half', newId: () => 'epoch' },
  )
  const room = await aRoom(half.log)
  expect((await room.joins('dora')).entries).toHaveLength(1)
  await admin.call('ACL', 'SETUSER', 'half', '+hexists')
  expect((await half.log.roomsOf('dora')).map(({ roomId }) => roomId)).toEqual(['room'])
  await half.close()
})

describe('when Redis is unavailable', () => {
  test('[R4.3] everything is refused at once as retryable, and works when Redis is back', async () => {
    const room = await aRoom(log)
    const before = await room.state()
    await redis.kill()
    await expect.poll(() => connections.isReady).toBe(false)
    const calls = [room.say('bob', 'Hello'), room.asked('alice', 'Why?'), log.read('room')]
    const codes = await Promise.all(calls.map(refusalOf))
    expect(codes).toEqual(calls.map(() => 'storage-unavailable'))
    await redis.restart()
    await expect.poll(() => connections.isReady).toBe(true)
    expect(await room.state()).toEqual(before)
    await room.say('bob', 'Hello')
    expect((await room.state()).messages).toMatchObject([{ text: 'Hello' }])
  })

  test('no command waits for a Redis that does not answer', async () => {
    const room = await aRoom(log)
    redis.pause()
    try {
      expect(await refusalOf(room.say('bob', 'Hello'))).toBe('storage-uncertain')
    } finally {
      redis.resume()
    }
  })

  test('a command given up while Redis was frozen is not done when it resumes', async () => {
    const room = await aRoom(log)
    const running = await room.asked('alice', 'Why?')
    const before = await room.state()
    redis.pause()
    const calls = [
      () => room.say('bob', 'Hello'),
      () => room.ask('bob', 'How?'),
      () => room.cancel('bob', running.generationId),
      () => log.deleteRoom('room'),
    ]
    const codes = await Promise.all(calls.map((call) => refusalOf(call())))
    expect(codes).toEqual(calls.map(() => 'storage-uncertain'))
    redis.resume()
    // Redis has processed all of them by the time it answers this.
    expect(await room.state()).toEqual(before)
    await room.say('bob', 'Hello')
    await room.write(running, 0, 'Because')
  })

  test('[R4.1] a command in flight when the connection broke is answered after the reconnect', async () => {
    const room = await aRoom(log)
    proxy.loseNextAnswer()
    const asking = room.asked('alice', 'Why?')
    await expect.poll(() => connections.isReady, { interval: 1 }).toBe(false)
    proxy.cut()
    await expect.poll(async () => (await admin.hget('faults:{room}', 'running')) ?? '').not.toBe('')
    // Long enough for the connection to give up on the command once.
    await expect.poll(() => proxy.refused).toBeGreaterThan(2)
    proxy.mend()
    const started = await asking
    expect((await room.state()).messages).toHaveLength(2)
    await room.write(started, 0, 'Because')
  })

  test('[R4.1] a command in flight when Redis died is answered when Redis is back', async () => {
    const node = await openRedisNode({ urls: [redis.url], cluster: false }, { namespace: 'faults' })
    const room = await aRoom(node.log)
    redis.pause()
    const asking = room.asked('alice', 'Why?')
    // After one failed attempt to reconnect the connection gives up its pending commands.
    let failures = 0
    node.connections.commands.on('error', () => (failures += 1))
    await redis.kill()
    await expect.poll(() => failures).toBeGreaterThan(1)
    await redis.restart()
    await room.write(await asking, 0, 'Because')
    expect((await room.state()).messages).toHaveLength(2)
    await node.close()
  })

  test('[R4.3] a full Redis refuses, and nothing has changed', async () => {
    const room = await aRoom(log)
    const before = await room.state()
    await admin.config('SET', 'maxmemory', '1mb')
    expect(await refusalOf(room.say('bob', 'Hello'))).toBe('storage-full')
    expect(await refusalOf(room.asked('bob', 'Why?'))).toBe('storage-full')
    expect(await room.state()).toEqual(before)
    await admin.config('SET', 'maxmemory', '0')
    await room.say('bob', 'Hello')
  })

  test('[R3.1] an answer can be stopped even if Redis is full, and its text is kept', async () => {
    const room = await aRoom(log)
    const running = await room.asked('alice', 'Why?')
    const end = await room.write(running, 0, 'Because')
    await room.queued('bob', 'How?')
    await admin.config('SET', 'maxmemory', '1mb')
    expect(await log.appendReply(running, end, '…').catch((error: unknown) => error)).toMatchObject(
      {
        body: { code: 'storage-full' },
      },
    )
    expect(await log.renew(running)).toBe(true)
    expect(await room.cancel('carol', running.generationId)).toMatchObject({
      ok: true,
      ended: { outcome: 'cancelled', end },
    })
    await admin.config('SET', 'maxmemory', '0')
    expect((await room.reply(running.generationId)).text).toBe('Because')
  })

  test('[R4.3] a full Redis takes the commands that free memory, and refuses the others sent with them', async () => {
    const room = await aRoom(log)
    const running = await room.asked('alice', 'Why?')
    const [first, second] = [await room.queued('bob', 'How?'), await room.queued('bob', 'When?')]
    const said = await room.said('carol', 'Helo')
    await admin.config('SET', 'maxmemory', '1mb')
    const codes = await Promise.all([
      refusalOf(room.say('bob', 'Hello')),
      refusalOf(room.withdraw('bob', first)),
      refusalOf(room.say('carol', 'Hello')),
      refusalOf(room.retract('carol', said)),
      refusalOf(room.cancel('carol', running.generationId)),
      refusalOf(room.remove('alice', 'bob')),
      refusalOf(room.ask('carol', 'Why?')),
    ])
    await admin.config('SET', 'maxmemory', '0')
    const [full, taken] = ['storage-full', 'not refused']
    expect(codes).toEqual([full, taken, full, taken, taken, taken, full])
    const { queue, messages } = await room.state()
    expect(queue).toEqual([])
    expect(messages.map((message) => 'text' in message && message.text)).not.toContain('Hello')
    expect(second).not.toBe(first)
  })

  test('[R4.3] a Redis user without permission for a command is refused, and nothing has changed', async () => {
    const room = await aRoom(log)
    const before = await room.state()
    await admin.acl('SETUSER', 'default', '-xadd')
    expect(await refusalOf(room.say('bob', 'Hello'))).toBe('storage-unavailable')
    await admin.acl('SETUSER', 'default', '+xadd')
    expect(await room.state()).toEqual(before)
    await room.say('bob', 'Hello')
    expect(await room.state()).toMatchObject({ offset: before.offset + 1 })
  })

  test('scripts that Redis has forgotten are sent again', async () => {
    const room = await aRoom(log)
    await admin.script('FLUSH')
    const started = await room.asked('alice', 'Why?')
    await admin.script('FLUSH')
    await room.write(started, 0, 'Because')
    expect(await room.end(started, 'completed')).toMatchObject({ ok: true })
  })
})

describe('when published updates do not arrive', () => {
  test('[R1.4] followers learn the position of the room and stay live after a lost connection', async () => {
    const room = await aRoom(log)
    const told: LogUpdate[] = []
    await log.follow('room', (update) => told.push(update))
    proxy.cut()
    // Written by another node while this one is disconnected.
    const address = { urls: [redis.url], cluster: false }
    const away = await openRedisNode(address, { namespace: 'faults' })
    const elsewhere = room.on(away.log)
    await elsewhere.say('bob', 'missed')
    proxy.mend()
    await expect
      .poll(() => told.some((update) => 'type' in update && update.type === 'heartbeat'))
      .toBe(true)
    expect(told.at(-1)).toMatchObject({ type: 'heartbeat', offset: 5 })
    await elsewhere.say('bob', 'heard')
    await expect
      .poll(() => told.some((update) => JSON.stringify(update).includes('heard')))
      .toBe(true)
    await away.close()
  })

  test('a subscription that fell silent is noticed too', async () => {
    const room = await aRoom(log)
    const told: LogUpdate[] = []
    await log.follow('room', (update) => told.push(update))
    // The connection stays open but delivers nothing.
    await connections.subscriber.unsubscribe('faults:{room}')
    await room.say('bob', 'missed')
    await expect.poll(() => told).toMatchObject([{ type: 'heartbeat', offset: 5 }])
  })
})

describe('a late message', () => {
  test('about a deleted room does not affect a new room with the same id', async () => {
    const { epoch } = await (await aRoom(log)).state()
    await log.deleteRoom('room')
    const room = await aRoom(log)
    const told: LogUpdate[] = []
    await log.follow('room', (update) => told.push(update))
    await admin.publish('faults:{room}', `x${epoch}`)
    await room.say('bob', 'Still here.')
    await expect.poll(() => told.length).toBeGreaterThan(0)
    expect(told).toMatchObject([{ type: 'entries', entries: [{ text: 'Still here.' }] }])
  })
})

describe('a member’s list of rooms', () => {
  test('loses rooms that do not exist, unless they were added a moment ago', async () => {
    const room = await aRoom(log)
    await admin.zadd('faults:member:bob', 1000, 'long-gone')
    const [seconds] = await admin.time()
    await admin.zadd('faults:member:bob', `${seconds}000000`, 'being-joined')
    expect(await log.roomsOf('bob')).toMatchObject([{ roomId: room.roomId }])
    const listed = await admin.zrevrange('faults:member:bob', 0, -1)
    expect(listed.toSorted()).toEqual(['being-joined', room.roomId])
  })
})

describe('an answer of Redis that comes too late', () => {
  test('[R4.3] does not get a finished command refused', async () => {
    const room = await aRoom(log)
    const post = room.newPost('alice', 'Why?', true)
    const timesSent = () => proxy.sent().split(post.commandId).length - 1
    proxy.holdAnswers()
    const asking = log.post('room', post)
    // The connection gives up on the first answer and sends the command again.
    await expect.poll(timesSent).toBeGreaterThan(1)
    proxy.releaseAnswers()
    const { started } = await asking
    expect(started).toMatchObject({ generationId: post.generationId })
    expect((await room.state()).messages).toHaveLength(2)
  })

  test('[R4.1] leaves a command refused as uncertain if it never comes', async () => {
    const room = await aRoom(log)
    const post = room.newPost('bob', 'Hello', false)
    proxy.holdAnswers()
    expect(await refusalOf(log.post('room', post))).toBe('storage-uncertain')
    proxy.releaseAnswers()
    const again = await log.post('room', post)
    expect(again.entries).toMatchObject([{ offset: 5, text: 'Hello' }])
    expect((await room.state()).messages).toHaveLength(1)
  })
})
