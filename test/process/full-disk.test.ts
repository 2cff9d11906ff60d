// A full disk: clear refusals, nothing half done, and recovery once there is space again.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Seat } from '../support/person.ts'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { expectSame, House, repliesIn } from './house.ts'
import { RawSocket } from './raw-socket.ts'

let house: House
let disk: SmallDisk | null = null

beforeEach(async (context) => {
  const mounted = mountSmallDisk()
  if ('reason' in mounted) return context.skip(mounted.reason)
  disk = mounted
  house = await House.open({ DATA_DIR: disk.path, SHUTDOWN_MS: '500' })
})
afterEach(async () => {
  if (disk === null) return
  await house.close().catch(() => undefined)
  disk.unmount()
  disk = null
})

const fill = () => disk?.fill()
const freeUp = () => disk?.freeUp()

/** Waits until a running reply stops growing. */
async function paused(seat: Seat): Promise<void> {
  let before = -1
  const grown = () => {
    const [from, to] = [before, seat.reply.end]
    before = to
    return to - from
  }
  await expect.poll(grown, { interval: 300 }).toBe(0)
}

describe('[R4.3] a message on a full disk', () => {
  it('is refused and appears nowhere; it succeeds once there is space', async () => {
    const [alice, bob] = await house.both()
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    expect(await alice.send({ type: 'post', text: 'Before.', ask: false })).toMatchObject({
      ok: true,
    })
    fill()
    const commandId = randomUUID()
    const post = { roomId: house.roomId, commandId, text: 'x'.repeat(60_000), ask: true }
    const refused = await raw.command('post', post)
    expect(refused).toMatchObject({ ok: false, error: { code: 'storage-full', retryable: true } })
    expect(alice.state.messages.map(({ text }) => text)).toEqual(['Before.'])
    expect(await house.newcomer()).toEqual(alice.state.messages)

    freeUp()
    expect(await raw.command('post', post)).toMatchObject({ ok: true })
    expect(await alice.ended(1)).toMatchObject({ ended: { outcome: 'completed' } })
    await bob.ended(1)
    await expectSame(house, alice, bob)
    raw.close()
  })
})

describe('[R5] an answer while the disk is full', () => {
  it('[R1][R5.3] pauses for all, and continues with all its text if there is space soon enough', async () => {
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: length=40000 gap=5 chunk=100]')
    await alice.reads(500)
    fill()
    // The disk counts as full only once the storage has noticed.
    await paused(alice)
    for (const seat of [alice, bob])
      await seat.until('that it is told', ({ status }) => status.kind === 'paused')
    expect(bob.view.status).toMatchObject({ error: { code: 'storage-full' } })
    const ready = await fetch(`${house.server.url}/readyz`)
    expect(ready.status).toBe(200)
    freeUp()
    await Promise.all([alice.live(), bob.live()])
    const reply = await alice.ended()
    await bob.ended()
    expect(reply).toMatchObject({ ended: { outcome: 'completed' } })
    expect((await house.asked()).text).toBe(reply.text)
    await expectSame(house, alice, bob)
  })

  it('[R2] ends as failed if there is no space for long, and never hangs', async () => {
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: length=50000 gap=150 chunk=100]')
    await alice.reads(500)
    fill()
    const { end } = await house.asked()
    expect(end).toBe('closed-by-client')
    freeUp()
    const reply = await alice.ended()
    expect(reply.ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'storage-unavailable' },
    })
    await bob.ended()
    await bob.ask('And now? [simulate: length=100]')
    expect(await alice.ended(2)).toMatchObject({ ended: { outcome: 'completed' } })
    await expectSame(house, alice, bob)
  })

  it('does not keep the server from shutting down, and ends at the next start', async () => {
    const alice = await house.sit(house.alice)
    await alice.ask('How? [simulate: length=50000 gap=20 chunk=100]')
    await alice.reads(500)
    fill()
    await paused(alice)
    expect(await house.server.stop()).toBe(0)
    freeUp()
    await house.start()
    const [reply] = repliesIn(await house.newcomer())
    expect(reply?.ended).toMatchObject({ outcome: 'interrupted' })
  })
})
