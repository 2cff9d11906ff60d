// The file of the rooms deleted, replaced, cut or overwritten under a node that runs: it is noticed, members are told, the
// node is not ready, the log says why, and nothing is acknowledged that would be lost.
import { randomUUID } from 'node:crypto'
import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { House } from '../process/house.ts'
import { RawSocket } from '../process/raw-socket.ts'

let house: House
beforeEach(async () => {
  house = await House.open({ SHUTDOWN_MS: '500' })
})
afterEach(() => house.close().catch(() => undefined))

const data = () => join(house.directory, 'roomcast.sqlite')
const ready = async () => (await fetch(`${house.server.url}/readyz`)).status
const post = () => ({ roomId: house.roomId, commandId: randomUUID(), text: 'Hello.', ask: false })

const DAMAGES: readonly (readonly [string, string, () => void])[] = [
  ['deleted', 'deleted', () => rmSync(data())],
  ['moved away', 'deleted', () => renameSync(data(), `${data()}.old`)],
  [
    'replaced by a copy',
    'replaced',
    () => {
      copyFileSync(data(), `${data()}.copy`)
      renameSync(`${data()}.copy`, data())
    },
  ],
  ['cut', 'shortened', () => truncateSync(data(), 1000)],
  ['emptied', 'shortened', () => writeFileSync(data(), '')],
  [
    'overwritten',
    'overwritten',
    () => writeFileSync(data(), Buffer.alloc(64 * 1024, 'x'), { flag: 'r+' }),
  ],
  ['without its write-ahead log', 'deleted', () => rmSync(`${data()}-wal`)],
]

describe('[R5.3] a file of rooms that is', () => {
  it.each(DAMAGES)('%s is noticed', async (_, reason, damage) => {
    const alice = await house.sit(house.alice)
    // So that there is something of it on the disk.
    await alice.ask('How? [simulate: length=100]')
    await alice.ended(1)
    await house.server.stop()
    await house.start()
    await alice.live()
    expect(await ready()).toBe(200)
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    expect(await raw.command('post', post())).toMatchObject({ ok: true })
    damage()
    await alice.until('that it is told', ({ status }) => status.kind === 'paused')
    expect(alice.view.status).toMatchObject({ error: { code: 'storage-unavailable' } })
    expect(await raw.command('post', post())).toMatchObject({
      ok: false,
      error: { code: 'storage-unavailable' },
    })
    await expect.poll(ready).toBe(503)
    await expect.poll(() => house.server.stdout()).toContain(`"reason":"${reason}"`)
    raw.close()
  })

  it('put back is used on', async () => {
    const alice = await house.sit(house.alice)
    await alice.send({ type: 'post', text: 'Before.', ask: false })
    renameSync(data(), `${data()}.old`)
    await alice.until('that it is told', ({ status }) => status.kind === 'paused')
    renameSync(`${data()}.old`, data())
    await alice.live()
    expect(await alice.send({ type: 'post', text: 'After.', ask: false })).toMatchObject({
      ok: true,
    })
    await house.server.stop()
    await house.start()
    expect((await house.newcomer()).map(({ text }) => text)).toEqual(['Before.', 'After.'])
  })
})
