// Clean shutdown: running answers may finish for a while, the rest is interrupted, and a restart goes on.
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ServerEnvironment } from '../support/server-process.ts'
import { expectSame, House } from './house.ts'
import { RawSocket } from './raw-socket.ts'

async function openHouse(environment: ServerEnvironment): Promise<House> {
  const house = await House.open(environment)
  onTestFinished(() => house.close())
  return house
}

/** Waits until a server has reacted to the signal to shut down. */
async function goingDown(house: House): Promise<void> {
  const isReady = async () => (await house.http(null, 'GET', '/readyz')).status
  await expect.poll(isReady).toBe(503)
}

/** Whether a process is alive. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a server that is told to shut down', () => {
  it('does not wait for a download whose client does not read', async () => {
    const house = await openHouse({})
    const both = await house.both()
    for (let count = 0; count < 75; count++)
      for (const seat of both)
        await seat.send({ type: 'post', text: 'x'.repeat(60_000), ask: false })
    const socket = connect(house.server.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    socket.write(
      `GET /api/rooms/${house.roomId}/export?format=json HTTP/1.1\r\nhost: localhost\r\n` +
        `authorization: Bearer ${house.alice.token}\r\n\r\n`,
    )
    // The download has begun, and the client reads no more.
    await new Promise((resolve) => socket.once('data', resolve))
    socket.pause()
    expect(await house.server.stop()).toBe(0)
  })

  it('[R4.1] lets its answer finish, refuses new questions meanwhile, and pages send them again when it is back', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '20000' })
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: length=6000 gap=20 chunk=50]')
    await alice.reads(200)
    const { pid } = house.server
    const exit = house.server.stop()
    await goingDown(house)
    const socket = await RawSocket.connect(house.server.url, { token: house.bob.token })
    const { roomId } = house
    const { generationId } = alice.reply
    for (const answer of [
      await socket.command('post', { roomId, text: 'One more?', ask: true }),
      await socket.command('retry', { roomId, generationId }),
      await socket.command('resume', { roomId }),
    ])
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'shutting-down', retryable: true },
      })
    // The page repeats its question as long as it gets this refusal.
    const kept = bob.ask('And now? [simulate: length=100]')
    expect(bob.state.messages).toHaveLength(2)
    expect(await bob.send({ type: 'post', text: 'Bye.', ask: false })).toMatchObject({ ok: true })
    expect(await alice.ended()).toMatchObject({ ended: { outcome: 'completed' } })
    expect(alice.reply.text).toBe((await house.asked()).text)
    expect(await exit).toBe(0)
    expect(lives(pid)).toBe(false)

    await house.start()
    expect(await kept).toMatchObject({ ok: true })
    expect(await alice.ended(2)).toMatchObject({ ended: { outcome: 'completed' } })
    await bob.ended(2)
    await expectSame(house, alice, bob)
  })

  it('[R2][R5.1] interrupts a longer answer, keeps the partial text, and continues with the queue afterwards', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '300' })
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: length=50000 gap=20 chunk=50]')
    const { generationId } = await alice.reads(200)
    expect(await bob.ask('And then? [simulate: length=100]')).toMatchObject({ queued: true })
    expect(await house.server.stop()).toBe(0)
    const record = await house.asked()
    expect(record).toMatchObject({ end: 'closed-by-client', bytesAfterClose: 0 })

    await house.start()
    await Promise.all([alice.live(), bob.live()])
    const partial = await alice.ended(1)
    expect(partial.ended).toMatchObject({ outcome: 'interrupted', error: { code: 'interrupted' } })
    expect(partial.end).toBeGreaterThanOrEqual(200)
    expect(record.text.startsWith(partial.text)).toBe(true)
    expect(await alice.ended(2)).toMatchObject({ ended: { outcome: 'completed' } })
    expect(await bob.send({ type: 'continue', generationId })).toMatchObject({ ok: true })
    expect(await alice.ended(3)).toMatchObject({ mode: 'continue', of: generationId })
    await bob.ended(3)
    await expectSame(house, alice, bob)
  })

  it('[R3] accepts a stop while it waits, and exits then', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '60000' })
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: stall]')
    const { generationId } = await alice.reads(1)
    const exit = house.server.stop()
    await goingDown(house)
    expect(await bob.send({ type: 'cancel', generationId })).toMatchObject({ ok: true })
    expect(await exit).toBe(0)
    expect((await alice.ended()).ended).toMatchObject({ outcome: 'cancelled' })
  })

  it('exits at once on a second signal, and loses no text that was shown', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '60000' })
    const [alice, bob] = await house.both()
    await alice.ask('How? [simulate: stall]')
    await alice.reads(1)
    const exit = house.server.stop()
    await goingDown(house)
    const shown = alice.reply.text
    expect(await house.server.stop('SIGTERM')).toBe(130)
    expect(await exit).toBe(130)
    await house.start()
    await Promise.all([alice.live(), bob.live()])
    const reply = await alice.ended(1)
    expect(reply.ended).toMatchObject({ outcome: 'interrupted' })
    expect(reply.text.startsWith(shown)).toBe(true)
    await bob.ended(1)
    await expectSame(house, alice, bob)
  })

  it('exits at once if nothing runs, watched or not', async () => {
    const house = await openHouse({ SHUTDOWN_MS: '60000' })
    const [alice] = await house.both()
    expect(await house.server.stop('SIGINT')).toBe(0)
    expect(await alice.until('the farewell', ({ closing }) => closing)).toMatchObject({
      code: 'shutting-down',
      retryable: true,
    })
  })
})
