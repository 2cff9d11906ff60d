// The node that runs an answer dies, freezes or goes down: the room is told, keeps what there is, and goes on elsewhere.
import { afterEach, describe, expect, it } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import type { Person, Seat } from '../support/person.ts'

const LONG = '[simulate: length=60000 gap=40 chunk=60]'
/** Longer than the lease of 6 s and the pause between two looks of 1 s, on a busy machine. */

let deployment: Deployment
let roomId: string
let people: Person[]
let seats: Seat[]

/** Three nodes with one person at each; Alice's node is the one that runs what she asks. */
async function open(): Promise<void> {
  deployment = await Deployment.open(3, { environment: { SHUTDOWN_MS: '300' } })
  ;({ roomId, people } = await deployment.room('Alice', 'Bob', 'Carol'))
  seats = await deployment.sit(people, roomId)
}
afterEach(() => deployment.close())

function seat(index: number): Seat {
  const found = seats[index]
  if (!found) throw new Error('nobody sits there')
  return found
}

/** Alice asks, and everybody sees the beginning of the answer. */
async function asked(): Promise<{ generationId: string; number: number }> {
  await seat(0).ask(`Why? ${LONG}`)
  const { generationId, number } = seat(0).reply
  for (const each of seats) await each.reads(300)
  return { generationId, number }
}

describe('a node that is killed while it runs an answer', () => {
  it('[R5.1][R2.1] leaves it interrupted on all screens, with one text, and anyone goes on, also after Redis has stalled', async () => {
    await open()
    // Long enough for the others to have been judged by nobody meanwhile.
    deployment.redis?.pause()
    const readiness = async () => (await fetch(`${deployment.node(1).url}/readyz`)).status
    await expect.poll(readiness).toBe(503)
    deployment.redis?.resume()
    await Promise.all(seats.map((each) => each.live()))
    const { generationId, number } = await asked()
    expect(await seat(1).ask('And then? [simulate: length=50 gap=0]')).toMatchObject({
      queued: true,
    })
    const shown = seats.map((each) => each.reply.text)
    await deployment.node(0).kill()
    const [bob, carol] = [seat(1), seat(2)]
    const ends = await Promise.all([bob, carol].map((each) => each.ended(number)))
    const [end] = ends
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    expect(ends[1]).toEqual(end)
    expect(byteLength(end?.text ?? '')).toBe(end?.end)
    for (const text of shown) expect(end?.text.startsWith(text)).toBe(true)
    // The node that found it says so to its operator.
    const says = () => [1, 2].map((index) => deployment.node(index).stdout()).join('')
    await expect.poll(() => says().split('an answer had lost its node').length - 1).toBe(1)
    // What waited goes on, on a node that lives.
    expect(await carol.ended(number + 1)).toMatchObject({
      ended: { outcome: 'completed' },
    })
    expect(await bob.send({ type: 'continue', generationId })).toMatchObject({ ok: true })
    await carol.until('the rest', ({ state }) => state?.messages.at(-1)?.kind === 'reply')
    // Whoever was on the dead node comes back on another, or here on the same when it is back.
    await deployment.restart(0)
    await seat(0).live()
    expect(await seat(0).ended(number)).toEqual(end)
  })
})

describe('a node that is frozen beyond its lease', () => {
  it('[R2.2][R5.1] writes nothing when it wakes, and its own people learn the same end', async () => {
    await open()
    const { number } = await asked()
    deployment.freeze(0)
    const ends = await Promise.all([seat(1), seat(2)].map((each) => each.ended(number)))
    const [end] = ends
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    deployment.thaw(0)
    expect(await seat(0).ended(number)).toEqual(end)
    // The request to Claude is given up, and the text stays as it was.
    await expect
      .poll(() => deployment.simulator.requests.at(-1)?.closedByClientAt)
      .toBeTypeOf('number')
    expect(await seat(1).ask('Still there? [simulate: length=20 gap=0]')).toMatchObject({
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
    expect(newcomer?.state.messages).toEqual(seat(1).state.messages)
  })

  it('[R3.1] can be stopped by others meanwhile, at once, and does not come back', async () => {
    await open()
    const { generationId, number } = await asked()
    deployment.freeze(0)
    const stop = await seat(2).send({ type: 'cancel', generationId })
    expect(stop).toMatchObject({ ok: true, outcome: 'cancelled' })
    const end = await seat(1).ended(number)
    expect(end).toMatchObject({ end: stop.ok ? stop.end : -1, ended: { outcome: 'cancelled' } })
    deployment.thaw(0)
    await expect
      .poll(() => deployment.simulator.requests.at(-1)?.closedByClientAt)
      .toBeTypeOf('number')
    expect(await seat(0).ended(number)).toEqual(end)
  })
})

describe('a Redis that is started again', () => {
  it('is missed once in the log of a node, and heard of when it is back', async () => {
    await open()
    const { stdout } = deployment.node(0)
    await deployment.redis?.kill()
    await expect.poll(stdout).toContain('in trouble')
    await deployment.redis?.restart()
    await expect.poll(stdout).toContain('Redis answers again')
    expect(stdout().split('a connection to Redis is in trouble').length - 1).toBeLessThan(4)
    await expect
      .poll(() => seat(0).send({ type: 'post', text: 'Back again.', ask: false }))
      .toMatchObject({ ok: true })
  })
})

describe('a node that goes down in order', () => {
  it('[R5] ends its answer, and what waits runs on another node', async () => {
    await open()
    const { number } = await asked()
    expect(await seat(1).ask('And then? [simulate: length=50 gap=0]')).toMatchObject({
      queued: true,
    })
    const stopped = deployment.node(0).stop()
    const end = await seat(1).ended(number)
    expect(end).toMatchObject({ ended: { outcome: 'interrupted' } })
    expect(await seat(2).ended(number)).toEqual(end)
    expect(await seat(2).ended(number + 1)).toMatchObject({
      ended: { outcome: 'completed' },
    })
    expect(await stopped).toBe(0)
  })
})
