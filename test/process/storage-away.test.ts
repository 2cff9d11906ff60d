// Redis freezes, is killed, comes back, or is unreachable from one node: watching members are told, nothing is lost,
// nobody pays for unwatched text, and the nodes recover by themselves.
import { describe, expect, it, type TestContext } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import { EventReader } from '../support/event-reader.ts'
import type { Person, Seat } from '../support/person.ts'
import { startServerProcess } from '../support/server-process.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { RawSocket } from './raw-socket.ts'

const LONG = '[simulate: length=60000 gap=40 chunk=60]'

/** Tests run concurrently, so each brings its own hook. */
type Finishing = Pick<TestContext, 'onTestFinished'>

interface World {
  readonly deployment: Deployment
  readonly redis: NonNullable<Deployment['redis']>
  readonly roomId: string
  readonly people: readonly [Person, Person]
  readonly alice: Seat
  readonly bob: Seat
}

/** Alice and Bob in one room, each on a node of their own. */
async function open({ onTestFinished }: Finishing): Promise<World> {
  const deployment = await Deployment.open(2)
  onTestFinished(() => deployment.close())
  const { roomId, people } = await deployment.room('Alice', 'Bob')
  const [alice, bob] = await deployment.sit(people, roomId)
  const { redis } = deployment
  if (!redis || !alice || !bob || !people[0] || !people[1]) throw new Error('nobody came')
  return { deployment, redis, roomId, people: [people[0], people[1]], alice, bob }
}

const isIn = (kind: string) => (seat: Seat) =>
  seat.until(kind, ({ status }) => status.kind === kind)
const paused = isIn('paused')
const live = isIn('live')

/** The end of the newest request to Claude, once it has ended. */
function closed({ deployment }: World): Promise<string | undefined> {
  const newest = () =>
    deployment.simulator.requests.findLast(({ path }) => path.endsWith('messages'))
  return expect
    .poll(() => newest()?.endedAt)
    .toBeTypeOf('number')
    .then(() => newest()?.end)
}

describe.concurrent('Redis', () => {
  it('[R5.3] that freezes pauses all pages and event streams; then the same text goes on', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await open({ onTestFinished })
    const { redis, roomId, people, alice, bob, deployment } = world
    const stream = { url: deployment.node(0).url, roomId, token: people[1].token }
    const reader = await EventReader.open(stream)
    onTestFinished(() => reader.close())
    await alice.ask(`Why? ${LONG}`)
    await Promise.all([alice, bob].map((seat) => seat.reads(300)))
    redis.pause()
    await Promise.all([alice, bob].map(paused))
    await reader.until('that it is away', ({ follower }) => follower.types.includes('storage'))
    expect(alice.view.status).toMatchObject({ error: { code: 'storage-unavailable' } })

    // A member who joins sees the room that the node has in memory.
    const late = people[1].at(deployment.node(0).url).sit(roomId)
    onTestFinished(() => late.leave())
    await paused(late)
    expect(late.state.messages).toEqual(alice.state.messages)
    // So does a reader that reconnects; `storage` does not change positions, so nothing is missing either.
    const { follower } = reader
    reader.close()
    await reader.ended
    const comes = follower.types.length
    const again = await EventReader.open({ ...stream, follower })
    onTestFinished(() => again.close())
    await again.until('to be caught up', () => follower.types.includes('synced', comes))
    const caughtUp = follower.types.slice(comes, follower.types.indexOf('synced', comes) + 1)
    expect(caughtUp).toEqual(['tail', 'presence', 'storage', 'synced'])
    expect(follower.updates[comes]).toMatchObject({ entries: [], runs: [{ text: '' }] })

    // A question is refused now and not asked later.
    expect(await bob.ask('And this?')).toMatchObject({
      ok: false,
      error: { code: 'storage-unavailable', retryable: true },
    })
    redis.resume()
    await Promise.all([alice, bob, late].map(live))
    const { number, end } = alice.reply
    await Promise.all([alice, bob, late].map((seat) => seat.reads(end + 200, number)))
    const { generationId } = alice.reply
    expect(await alice.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    const replies = await Promise.all([alice, bob, late].map((seat) => seat.ended(number)))
    for (const reply of replies) expect(reply).toEqual(replies[0])
    await again.reaches(alice.state)
    expect(again.state).toEqual(alice.state)
    const said = follower.updates.flatMap((one) => ('error' in one ? [one] : []))
    expect(said.at(-1)).toEqual({ type: 'storage', error: null })
    expect(byteLength(replies[0]?.text ?? '')).toBe(replies[0]?.end)
    expect(bob.state.messages.filter(({ kind }) => kind === 'said')).toHaveLength(1)
    for (const index of [0, 1])
      expect(deployment.node(index).stdout()).toContain('nothing can be saved; members are told')
  })

  it('[R5.3] that is killed and comes back pauses all pages, and a stop made meanwhile needs no second press', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await open({ onTestFinished })
    const { redis, roomId, people, alice, bob, deployment } = world
    await alice.ask(`Why? ${LONG}`)
    await Promise.all([alice, bob].map((seat) => seat.reads(300)))
    const { generationId, number } = alice.reply
    await redis.kill()
    await Promise.all([alice, bob].map(paused))
    const raw = await RawSocket.connect(deployment.node(1).url, { token: people[1].token })
    onTestFinished(() => raw.close())
    expect(await raw.command('cancel', { roomId, generationId })).toMatchObject({
      ok: false,
      error: { code: 'storage-unavailable', retryable: true },
    })
    const stop = bob.send({ type: 'cancel', generationId })
    await redis.restart()
    expect(await stop).toMatchObject({ ok: true, outcome: 'cancelled' })
    const replies = await Promise.all([alice, bob].map((seat) => seat.ended(number)))
    expect(replies[0]).toMatchObject({ ended: { outcome: 'cancelled', by: people[1].memberId } })
    expect(replies[1]).toEqual(replies[0])
    await Promise.all([alice, bob].map(live))
    expect(await closed(world)).toBe('closed-by-client')
    expect(await bob.ask('And now? [simulate: length=50 gap=0]')).toMatchObject({ ok: true })
    expect(await alice.ended(number + 1)).toMatchObject({ ended: { outcome: 'completed' } })
  })

  it('[R5.4] that is away for long ends the request while Claude writes', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await open({ onTestFinished })
    const { redis, alice, bob } = world
    await alice.ask(`Why? ${LONG}`)
    await Promise.all([alice, bob].map((seat) => seat.reads(300)))
    const { number } = alice.reply
    redis.pause()
    expect(await closed(world)).toBe('closed-by-client')
    await paused(bob)
    redis.resume()
    const replies = await Promise.all([alice, bob].map((seat) => seat.ended(number)))
    expect(replies[0]).toMatchObject({
      ended: { outcome: 'failed', error: { code: 'storage-unavailable' } },
    })
    expect(replies[1]).toEqual(replies[0])
    await Promise.all([alice, bob].map(live))
  })

  it('[R5.4] that is away for long ends the request while Claude thinks', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await open({ onTestFinished })
    const { redis, alice, bob } = world
    await alice.ask('Why? [simulate: stall-thinking]')
    const { number } = await alice.reads(0)
    await expect.poll(() => alice.reply.marks.at(-1)?.kind).toBe('thinking')
    await redis.kill()
    expect(await closed(world)).toBe('closed-by-client')
    await redis.restart()
    const replies = await Promise.all([alice, bob].map((seat) => seat.ended(number)))
    for (const reply of replies) expect(['failed', 'interrupted']).toContain(reply.ended?.outcome)
    expect(replies[1]).toEqual(replies[0])
  })

  it('[R5.3] that one node cannot reach pauses the members there, and nobody else', async ({
    expect,
    onTestFinished,
  }) => {
    const { deployment, redis, roomId, people, alice, bob } = await open({ onTestFinished })
    const proxy = await startTcpProxy(redis.port)
    onTestFinished(() => proxy.close())
    const REDIS_URL = proxy.url.replace('http:', 'redis:')
    const apart = await startServerProcess({ ...deployment.environment, REDIS_URL })
    onTestFinished(() => apart.kill())
    const there = people[1].at(apart.url).sit(roomId)
    onTestFinished(() => there.leave())
    await live(there)
    const seen = new Set<string>()
    for (const seat of [alice, bob]) seat.client.subscribe(({ status }) => seen.add(status.kind))
    await alice.ask(`Why? ${LONG}`)
    await there.reads(300)
    proxy.cut()
    await paused(there)
    const { number, end } = there.reply
    await bob.reads(end + 500, number)
    // A room that this node does not have in memory is refused, and retried until it can be read.
    const { roomId: other } = await people[1].makeRoom('Another')
    const stranger = people[1].at(apart.url).sit(other)
    onTestFinished(() => stranger.leave())
    await paused(stranger)
    expect(stranger.view.state).toBeNull()
    proxy.mend()
    await Promise.all([live(there), live(stranger)])
    const { generationId } = alice.reply
    expect(await there.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    const replies = await Promise.all([alice, bob, there].map((seat) => seat.ended(number)))
    for (const reply of replies) expect(reply).toEqual(replies[0])
    expect([...seen]).toEqual(['live'])
  })

  it('[R5.3] that is full pauses all pages while no text can be saved, and still accepts a stop', async ({
    expect,
    onTestFinished,
  }) => {
    const { deployment, redis, alice, bob } = await open({ onTestFinished })
    const { Redis } = await import('ioredis')
    const admin = new Redis(redis.url)
    onTestFinished(() => admin.disconnect())
    await alice.ask(`Why? ${LONG}`)
    await Promise.all([alice, bob].map((seat) => seat.reads(300)))
    await admin.config('SET', 'maxmemory', '1')
    await Promise.all([alice, bob].map(paused))
    expect(bob.view.status).toMatchObject({ error: { code: 'storage-full' } })
    // The node stays in service: rooms can be read, and answers stopped.
    const ready = await fetch(`${deployment.node(1).url}/readyz`)
    expect(ready.status).toBe(200)
    const { generationId, number } = bob.reply
    expect(await bob.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    await alice.ended(number)
    await admin.config('SET', 'maxmemory', '0')
    await Promise.all([alice, bob].map(live))
    expect(await bob.ask('And now? [simulate: length=50 gap=0]')).toMatchObject({ ok: true })
  })
})
