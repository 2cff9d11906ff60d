// A replica of Redis takes over without the last acknowledged writes: whole nodes, real clients, one simulated Claude.
// Members notice only a pause.
import { afterEach, describe, expect, it } from 'vitest'
import { byteLength } from '@roomcast/shared/room'
import { Deployment } from '../support/deployment.ts'
import type { RedisPair } from '../support/redis-pair.ts'
import type { Person, Seat } from '../support/person.ts'

let deployment: Deployment
let pair: RedisPair
let roomId: string
let people: Person[]
let seats: Seat[]
/** Inconsistencies seen on a screen: a text that does not extend the text shown before. */
let broken: string[]

/** Two nodes: Alice and Carol on the first, which runs Alice's questions, Bob on the second. */
async function open(): Promise<void> {
  deployment = await Deployment.open(2, { pair: true })
  if (!deployment.pair) throw new Error('there is no pair')
  ;({ pair } = deployment)
  ;({ roomId, people } = await deployment.room('Alice', 'Bob', 'Carol'))
  seats = await deployment.sit(people, roomId)
  broken = []
  for (const seat of seats) watchText(seat)
}
afterEach(() => deployment.close())

function watchText(seat: Seat): void {
  const shown = new Map<number, string>()
  seat.client.subscribe(() => {
    for (const message of seat.view.state?.messages ?? []) {
      if (message.kind !== 'reply') continue
      const before = shown.get(message.number) ?? ''
      if (!message.text.startsWith(before)) broken.push(`${seat.name}: ${before} | ${message.text}`)
      shown.set(message.number, message.text)
    }
  })
}

function seat(index: number): Seat {
  const found = seats[index]
  if (!found) throw new Error('nobody sits there')
  return found
}

/** Waits until everybody, and a newcomer, sees the same state, and returns it. */
async function agreed(): Promise<Seat['state']> {
  const [newcomer] = await deployment.sit(people.slice(2), roomId)
  const all = [...seats, newcomer].filter((one) => one !== undefined)
  await expect.poll(() => new Set(all.map(({ state }) => JSON.stringify(state))).size).toBe(1)
  return seat(0).state
}

/** The sum of a metric over the nodes. */
async function figure(name: string): Promise<number> {
  const texts = await Promise.all(
    deployment.nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  )
  return texts
    .map((text) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]))
    .reduce((sum, one) => sum + one)
}

describe('a failover to a replica that lagged', () => {
  it('[R1][R2.1] only pauses a running answer: the same bytes for all, one end', async () => {
    await open()
    await seat(0).ask('Why? [simulate: length=6000 gap=20 chunk=60]')
    const { number } = seat(0).reply
    for (const each of seats) await each.reads(300, number)
    await pair.sever()
    for (const each of seats) await each.reads(1500, number)
    await pair.failOver()
    const ends = await Promise.all(seats.map((each) => each.ended(number)))
    expect(ends[0]).toMatchObject({ ended: { outcome: 'completed' } })
    for (const end of ends) expect(end).toEqual(ends[0])
    expect(byteLength(ends[0]?.text ?? '')).toBe(ends[0]?.end)
    expect(broken).toEqual([])
    await agreed()
  })

  it('[R4.2][R3.1] undoes no message and no stop, though the new primary had lost both, and the question too', async () => {
    await open()
    await pair.sever()
    await seat(0).ask('Why? [simulate: length=60000 gap=20 chunk=60]')
    const { generationId, number } = seat(0).reply
    for (const each of seats) await each.reads(600, number)
    const stop = await seat(1).send({ type: 'cancel', generationId, reason: 'enough' })
    expect(stop).toMatchObject({ ok: true, outcome: 'cancelled' })
    expect(await seat(1).send({ type: 'post', text: 'Thank you.', ask: false })).toMatchObject({
      ok: true,
    })
    const stopped = await seat(0).ended(number)
    await pair.failOver()
    await expect.poll(() => figure('roomcast_epochs_rotated_total')).toBe(1)
    const state = await agreed()
    expect(state.messages).toMatchObject([{ kind: 'said' }, stopped, { text: 'Thank you.' }])
    expect(state.running).toBe(null)
    expect(broken).toEqual([])
    // The room goes on.
    await seat(1).ask('And then? [simulate: length=50 gap=0]')
    for (const each of seats)
      expect(await each.ended(number + 1)).toMatchObject({
        ended: { outcome: 'completed' },
      })
    expect(await figure('roomcast_entries_reasserted_total')).toBe(4)
    expect(await figure('roomcast_entries_dropped_total')).toBe(0)
    expect(await figure('roomcast_screens_corrected_total')).toBeGreaterThanOrEqual(3)
    const written = deployment.nodes.map(({ stdout }) => stdout()).join('')
    expect(written).toContain('Redis has lost what it had acknowledged')
    expect(written).toContain('entries that Redis had lost were written again')
  })

  it('[R1][R2.1] continues an answer whose start was lost', async () => {
    await open()
    await pair.sever()
    await seat(0).ask('Why? [simulate: length=6000 gap=20 chunk=60]')
    const { number } = seat(0).reply
    for (const each of seats) await each.reads(1500, number)
    await pair.failOver()
    const ends = await Promise.all(seats.map((each) => each.ended(number)))
    expect(ends[0]).toMatchObject({ ended: { outcome: 'completed' } })
    for (const end of ends) expect(end).toEqual(ends[0])
    expect(broken).toEqual([])
    expect((await agreed()).messages).toHaveLength(2)
    const asked = deployment.simulator.requests.filter(({ path }) => path === '/v1/messages')
    expect(asked).toHaveLength(1)
  })
})
