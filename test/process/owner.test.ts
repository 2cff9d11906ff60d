// The node that runs an answer dies, freezes or shuts down: the room is notified, keeps the text, and goes on
// elsewhere.
import { describe, it, type TestContext } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import type { Seat } from '../support/person.ts'

const LONG = '[simulate: length=60000 gap=40 chunk=60]'

/** Three nodes with one member on each; Alice's node runs her questions. */
async function open({ onTestFinished }: TestContext) {
  const deployment = await Deployment.open(3, { environment: { SHUTDOWN_MS: '300' } })
  onTestFinished(() => deployment.close())
  const { roomId, people } = await deployment.room('Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = (await deployment.sit(people, roomId)) as [Seat, Seat, Seat]
  const seats = [alice, bob, carol]
  /** Alice asks, and everybody sees the beginning of the answer. */
  const asked = async () => {
    await alice.ask(`Why? ${LONG}`)
    const { generationId, number } = alice.reply
    for (const each of seats) await each.reads(300)
    return { generationId, number }
  }
  return { deployment, roomId, people, alice, bob, carol, seats, asked }
}

describe.concurrent('a node that is killed while it runs an answer', () => {
  it('[R5.1][R2.1] leaves it interrupted on all screens, with one text; anyone may continue, even after a stall of Redis', async (context) => {
    const { expect } = context
    const { deployment, alice, bob, carol, seats, asked } = await open(context)
    // Long enough that the other nodes judge no owner in the meantime.
    deployment.redis?.pause()
    const readiness = async () => (await fetch(`${deployment.node(1).url}/readyz`)).status
    await expect.poll(readiness).toBe(503)
    deployment.redis?.resume()
    await Promise.all(seats.map((each) => each.live()))
    const { generationId, number } = await asked()
    expect(await bob.ask('And then? [simulate: length=50 gap=0]')).toMatchObject({
      queued: true,
    })
    const shown = seats.map((each) => each.reply.text)
    await deployment.node(0).kill()
    const ends = await Promise.all([bob, carol].map((each) => each.ended(number)))
    const [end] = ends
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    expect(ends[1]).toEqual(end)
    expect(byteLength(end?.text ?? '')).toBe(end?.end)
    for (const text of shown) expect(end?.text.startsWith(text)).toBe(true)
    // The node that found the dead owner logs it for its operator.
    const says = () => [1, 2].map((index) => deployment.node(index).stdout()).join('')
    await expect.poll(() => says().split('an answer had lost its node').length - 1).toBe(1)
    // The waiting question starts on a living node.
    expect(await carol.ended(number + 1)).toMatchObject({
      ended: { outcome: 'completed' },
    })
    expect(await bob.send({ type: 'continue', generationId })).toMatchObject({ ok: true })
    await carol.until('the rest', () => carol.reply.number === number + 2)
    // Members of the dead node reconnect to another, or, as here, to the same one once it is back.
    await deployment.restart(0)
    await alice.live()
    expect(await alice.ended(number)).toEqual(end)
  })
})

describe.concurrent('a node that is frozen beyond its lease', () => {
  it('[R2.2][R5.1] writes nothing when it resumes, and its own members learn the same end', async (context) => {
    const { expect } = context
    const { deployment, roomId, people, alice, bob, carol, seats, asked } = await open(context)
    const { number } = await asked()
    deployment.freeze(0)
    const ends = await Promise.all([bob, carol].map((each) => each.ended(number)))
    const [end] = ends
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    deployment.thaw(0)
    expect(await alice.ended(number)).toEqual(end)
    // The request to Claude is closed, and the text stays as it was.
    await expect
      .poll(() => deployment.simulator.requests.at(-1)?.closedByClientAt)
      .toBeTypeOf('number')
    expect(await bob.ask('Still there? [simulate: length=20 gap=0]')).toMatchObject({
      ok: true,
    })
    for (const each of seats) {
      expect(await each.ended(number + 1)).toMatchObject({
        ended: { outcome: 'completed' },
      })
      const reply = each.state.messages.find((one) => one.kind === 'reply' && one.number === number)
      expect(reply).toEqual(end)
    }
    const [newcomer] = await deployment.sit(people.slice(0, 1), roomId)
    expect(newcomer?.state.messages).toEqual(bob.state.messages)
  })

  it('[R3.1] does not prevent others from stopping the answer at once, for good', async (context) => {
    const { expect } = context
    const { deployment, alice, bob, carol, asked } = await open(context)
    const { generationId, number } = await asked()
    deployment.freeze(0)
    const stop = await carol.send({ type: 'cancel', generationId })
    expect(stop).toMatchObject({ ok: true, outcome: 'cancelled' })
    const end = await bob.ended(number)
    expect(end).toMatchObject({ end: stop.ok ? stop.end : -1, ended: { outcome: 'cancelled' } })
    deployment.thaw(0)
    await expect
      .poll(() => deployment.simulator.requests.at(-1)?.closedByClientAt)
      .toBeTypeOf('number')
    expect(await alice.ended(number)).toEqual(end)
  })
})

describe.concurrent('a restarted Redis', () => {
  it('is reported once in the log of a node when it fails, and once when it is back', async (context) => {
    const { expect } = context
    const { deployment, alice } = await open(context)
    const { stdout } = deployment.node(0)
    await deployment.redis?.kill()
    await expect.poll(stdout).toContain('in trouble')
    await deployment.redis?.restart()
    await expect.poll(stdout).toContain('Redis answers again')
    expect(stdout().split('a connection to Redis is in trouble').length - 1).toBeLessThan(4)
    await expect
      .poll(() => alice.send({ type: 'post', text: 'Back again.', ask: false }))
      .toMatchObject({ ok: true })
  })
})

describe.concurrent('a node that shuts down cleanly', () => {
  it('[R5] ends its answer, and the waiting question runs on another node', async (context) => {
    const { expect } = context
    const { deployment, bob, carol, asked } = await open(context)
    const { number } = await asked()
    expect(await bob.ask('And then? [simulate: length=50 gap=0]')).toMatchObject({
      queued: true,
    })
    const stopped = deployment.node(0).stop()
    const end = await bob.ended(number)
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    expect(await carol.ended(number)).toEqual(end)
    expect(await carol.ended(number + 1)).toMatchObject({
      ended: { outcome: 'completed' },
    })
    expect(await stopped).toBe(0)
  })
})
