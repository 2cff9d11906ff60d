// The rooms' file is deleted, replaced, truncated or overwritten under a running node: the node notices, tells members,
// is not ready, logs the reason, and acknowledges nothing that would be lost.
import { randomUUID } from 'node:crypto'
import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { House } from '../process/house.ts'
import { RawSocket } from '../process/raw-socket.ts'

async function open({ onTestFinished }: TestContext): Promise<House> {
  const house = await House.open({ SHUTDOWN_MS: '500' })
  onTestFinished(() => house.close().catch(() => undefined))
  return house
}

const data = (house: House) => join(house.directory, 'roomcast.sqlite')
const ready = async (house: House) => (await fetch(`${house.server.url}/readyz`)).status
const post = (house: House) => ({
  roomId: house.roomId,
  commandId: randomUUID(),
  text: 'Hello.',
  ask: false,
})

const DAMAGES: readonly (readonly [string, string, (file: string) => void])[] = [
  ['deleted', 'deleted', (file) => rmSync(file)],
  ['moved away', 'deleted', (file) => renameSync(file, `${file}.old`)],
  [
    'replaced by a copy',
    'replaced',
    (file) => {
      copyFileSync(file, `${file}.copy`)
      renameSync(`${file}.copy`, file)
    },
  ],
  ['cut', 'shortened', (file) => truncateSync(file, 1000)],
  ['emptied', 'shortened', (file) => writeFileSync(file, '')],
  [
    'overwritten',
    'overwritten',
    (file) => writeFileSync(file, Buffer.alloc(64 * 1024, 'x'), { flag: 'r+' }),
  ],
  ['without its write-ahead log', 'deleted', (file) => rmSync(`${file}-wal`)],
]

describe.concurrent('[R5.3] a file of rooms that is', () => {
  it.for(DAMAGES)('%s is noticed', async ([, reason, damage], context) => {
    const { expect } = context
    const house = await open(context)
    const alice = await house.sit(house.alice)
    // Ensures that there is data on the disk.
    await alice.ask('How? [simulate: length=100]')
    await alice.ended(1)
    await house.server.stop()
    await house.start()
    await alice.live()
    expect(await ready(house)).toBe(200)
    const raw = await RawSocket.connect(house.server.url, { token: house.bob.token })
    expect(await raw.command('post', post(house))).toMatchObject({ ok: true })
    damage(data(house))
    await alice.until('that it is told', ({ status }) => status.kind === 'paused')
    expect(alice.view.status).toMatchObject({ error: { code: 'storage-unavailable' } })
    expect(await raw.command('post', post(house))).toMatchObject({
      ok: false,
      error: { code: 'storage-unavailable' },
    })
    await expect.poll(() => ready(house)).toBe(503)
    await expect.poll(() => house.server.stdout()).toContain(`"reason":"${reason}"`)
    raw.close()
  })

  it('put back is used again', async (context) => {
    const { expect } = context
    const house = await open(context)
    const alice = await house.sit(house.alice)
    await alice.send({ type: 'post', text: 'Before.', ask: false })
    renameSync(data(house), `${data(house)}.old`)
    await alice.until('that it is told', ({ status }) => status.kind === 'paused')
    renameSync(`${data(house)}.old`, data(house))
    await alice.live()
    expect(await alice.send({ type: 'post', text: 'After.', ask: false })).toMatchObject({
      ok: true,
    })
    await house.server.stop()
    await house.start()
    expect((await house.newcomer()).map(({ text }) => text)).toEqual(['Before.', 'After.'])
  })
})
