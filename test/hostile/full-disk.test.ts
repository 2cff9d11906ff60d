// A disk filled to the last byte: stops are accepted and end the spending, ends are stored, a node starts and shows its
// rooms, and everything works again once there is space.
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectSame, House, repliesIn } from '../process/house.ts'
import { RawSocket } from '../process/raw-socket.ts'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

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

const reserved = () => statSync(join(house.directory, 'roomcast.sqlite-reserve')).size
const LONG = 'How? [simulate: length=60000 gap=20 chunk=100]'

describe('[R3.2][R5.3] on a full disk', () => {
  it('a stop is accepted, stored, and closes the request at once, repeatedly', async () => {
    const [alice, bob] = await house.both()
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    for (let round = 1; round <= 3; round++) {
      await alice.ask(LONG)
      await alice.reads(300)
      disk?.fill()
      await alice.until('that it is told', ({ status }) => status.kind === 'paused')
      const { generationId } = alice.reply
      const stopped = await raw.command('cancel', {
        roomId: house.roomId,
        commandId: randomUUID(),
        generationId,
        reason: 'the disk is full',
      })
      expect(stopped).toMatchObject({ ok: true, outcome: 'cancelled' })
      expect((await house.asked()).end).toBe('closed-by-client')
      for (const seat of [alice, bob])
        expect((await seat.ended(round)).ended).toMatchObject({
          outcome: 'cancelled',
          by: house.bob.memberId,
          reason: 'the disk is full',
        })
      disk?.freeUp()
      await Promise.all([alice.live(), bob.live()])
    }
    raw.close()
    await expectSame(house, alice, bob)
    await house.server.kill()
    await house.start()
    expect(repliesIn(await house.newcomer()).map(({ ended }) => ended?.outcome)).toEqual(
      Array.from({ length: 3 }, () => 'cancelled'),
    )
  })

  it('the reserve for ends is used for nothing else, and is restored afterwards', async () => {
    const alice = await house.sit(house.alice)
    const whole = reserved()
    expect(whole).toBeGreaterThan(100_000)
    disk?.fill()
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    for (let count = 0; count < 5; count++) {
      const post = { roomId: house.roomId, commandId: randomUUID(), text: 'x'.repeat(60_000) }
      expect(await raw.command('post', { ...post, ask: false })).toMatchObject({
        error: { code: 'storage-full' },
      })
    }
    expect(reserved()).toBe(whole)
    disk?.freeUp()
    await alice.live()
    await expect.poll(reserved).toBe(whole)
    raw.close()
  })

  it('a node starts, shows its rooms, reports that nothing can be saved, and saves once there is space', async () => {
    const before = await house.both()
    await before[0].ask('Before? [simulate: length=300]')
    await before[0].ended(1)
    await before[0].ask(LONG)
    await before[0].reads(300)
    disk?.fill()
    await house.server.kill()
    await house.start()
    const alice = house.alice.sit(house.roomId)
    await alice.until('that it is told', ({ status }) => status.kind === 'paused')
    expect(alice.view.status).toMatchObject({ error: { code: 'storage-full' } })
    expect(alice.state.messages.length).toBeGreaterThanOrEqual(4)
    await expect.poll(() => house.server.stdout()).toContain('nothing can be saved')
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    const post = {
      roomId: house.roomId,
      commandId: randomUUID(),
      text: 'x'.repeat(60_000),
      ask: false,
    }
    expect(await raw.command('post', post)).toMatchObject({ error: { code: 'storage-full' } })
    disk?.freeUp()
    await alice.live()
    expect(await raw.command('post', post)).toMatchObject({ ok: true })
    expect((await alice.ended(2)).ended).toMatchObject({ outcome: 'interrupted' })
    alice.leave()
    raw.close()
  })
})
