// Limits on spending: running answers, the tokens of a day, the switch, and the code for creating a room.
import { describe, expect, it, type TestContext } from 'vitest'
import { Person, type Seat } from '../support/person.ts'
import { startRefused } from '../support/server-process.ts'
import { House } from './house.ts'

/** Runs longer than any test. */
const SLOW = '[simulate: length=60000 chunk=10 gap=50]'

/** Closes a house at the end of the test. */
function lasts({ onTestFinished }: TestContext, house: House): House {
  onTestFinished(() => house.close())
  return house
}

/** Rooms of one member, who watches each of them. */
async function roomsOf(here: House, person: Person, count: number): Promise<Seat[]> {
  const seats: Seat[] = []
  for (let index = 0; index < count; index++)
    seats.push(await here.sit(person, (await person.makeRoom(`Room ${index}`)).roomId))
  return seats
}

const runs = (seat: Seat) => seat.state.running !== null
const waits = (seat: Seat) => seat.state.queue.length > 0
const running = (seats: readonly Seat[]) => seats.filter(runs).length

describe.concurrent('[R7.3] on one node', () => {
  it('a member who asks in many rooms gets a few answers at once; the other questions wait', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ MAX_RUNNING_PER_MEMBER: '2' }))
    const seats = await roomsOf(house, house.alice, 5)
    for (const seat of seats) expect(await seat.ask(`Why? ${SLOW}`)).toMatchObject({ ok: true })
    expect(running(seats)).toBe(2)
    expect(seats.filter(waits)).toHaveLength(3)
    const bob = await house.sit(house.bob)
    expect(await bob.ask(`How? ${SLOW}`)).toMatchObject({ ok: true })
    await bob.until('his answer', ({ state }) => state?.running !== null)
    for (let turn = 0; turn < 3; turn++) {
      const [ends] = seats.filter(runs)
      const next = seats.filter(waits)
      await ends?.send({ type: 'cancel', generationId: ends.reply.generationId })
      await expect.poll(() => next.filter(runs).length).toBe(1)
      expect(running(seats)).toBe(2)
    }
    // An answer shows as running a moment before the request to Claude.
    const { simulator } = house
    const asked = () => simulator.requests.filter(({ path }) => path.endsWith('/messages'))
    await expect.poll(() => asked().length).toBe(6)
  })
})

describe.concurrent('[R7.3] on two nodes over Redis', () => {
  it('each runs no more than its share, and a waiting question starts on whichever has a slot', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.openOnNodes(2, { MAX_RUNNING: '1' }))
    const seats = await roomsOf(house, house.alice, 5)
    for (const seat of seats) await seat.ask(`Why? ${SLOW}`)
    await expect.poll(() => running(seats)).toBe(2)
    for (let turn = 0; turn < 3; turn++) {
      const [ends] = seats.filter(runs)
      const next = seats.filter(waits)
      await ends?.send({ type: 'cancel', generationId: ends.reply.generationId })
      await expect.poll(() => next.filter(runs).length).toBe(1)
      expect(running(seats)).toBe(2)
    }
  })
})

describe.concurrent('[R7.3] limits on answers', () => {
  it('hold for a whole address, and a retry beyond them is refused as busy', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ MAX_RUNNING_PER_ADDRESS: '2' }))
    const here = house
    const people = await Promise.all(
      ['Dan', 'Eve', 'Fay'].map((name) => Person.come(here.server.url, name)),
    )
    const seats = (await Promise.all(people.map((person) => roomsOf(here, person, 1)))).flat()
    const [dan, eve, fay] = seats
    await dan?.ask('Quick?')
    const { generationId } = (await dan?.ended()) ?? { generationId: '' }
    for (const seat of [eve, fay]) await seat?.ask(`Why? ${SLOW}`)
    expect(running(seats)).toBe(2)
    const retry = await dan?.send({ type: 'retry', generationId })
    expect(retry).toMatchObject({ ok: false, error: { code: 'busy', retryable: true } })
    const alice = await here.sit(here.alice)
    await alice.ask('Mine?')
    await alice.until('her turn', waitsInState)
    await eve?.send({ type: 'cancel', generationId: eve.reply.generationId })
    await alice.ended()
  })

  it('hold for questions queued before a restart', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ MAX_RUNNING_PER_ADDRESS: '2' }))
    const seats = await roomsOf(house, house.alice, 5)
    for (const seat of seats) await seat.ask(`Why? ${SLOW}`)
    for (const seat of seats) seat.leave()
    await house.server.kill()
    await house.start()
    const live: Seat[] = []
    for (const { state } of seats) live.push(await house.sit(house.alice, state.roomId))
    await expect.poll(() => running(live)).toBe(2)
    expect(live.filter(waits).length).toBeGreaterThan(0)
  })

  it('survive a restart: waiting questions start as slots become free', async (context) => {
    const house = lasts(context, await House.open({ MAX_RUNNING: '1' }))
    const seats = await roomsOf(house, house.alice, 3)
    for (const seat of seats) await seat.ask('Why? [simulate: length=200]')
    await house.server.kill()
    await house.start()
    for (const seat of seats) await seat.until('an end', isIdle)
  })

  it('include the questions of a member per minute', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ QUESTIONS_PER_MEMBER: '3' }))
    const seat = await house.sit(house.alice)
    const asks = async () => {
      const result = await seat.ask('Why?')
      if (result.ok) await seat.until('an end', isIdle)
      return result.ok ? 'ok' : result.error.code
    }
    expect([await asks(), await asks(), await asks()]).toEqual(['ok', 'ok', 'ok'])
    expect(await asks()).toBe('rate-limited')
    expect(await seat.send({ type: 'post', text: 'Just talk', ask: false })).toMatchObject({
      ok: true,
    })
  })
})

const waitsInState = ({ state }: { state: Seat['view']['state'] }) =>
  state !== null && state.running === null && !state.held && state.queue.length > 0
const isIdle = ({ state }: { state: Seat['view']['state'] }) =>
  state !== null && state.running === null && state.queue.length === 0 && state.messages.length > 1

describe.concurrent('the tokens of a day', () => {
  it('end all questions when used up, even after a restart; messages go on', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ DAILY_TOKENS: '50' }))
    const seat = await house.sit(house.alice)
    await seat.ask('Why? [simulate: length=400]')
    await seat.ended()
    const refused = { ok: false, error: { code: 'tokens-used-up' } }
    expect(await seat.ask('And now?')).toMatchObject(refused)
    await house.server.stop()
    await house.start()
    const again = await house.sit(house.alice)
    expect(await again.ask('And now?')).toMatchObject(refused)
    expect(await again.send({ type: 'post', text: 'Talk', ask: false })).toMatchObject({ ok: true })
  })
})

describe.concurrent('the switch', () => {
  it('SIGUSR2 ends every answer at once, closes the requests, and starts no more', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ MAX_RUNNING: '2' }))
    const seats = await roomsOf(house, house.alice, 3)
    for (const seat of seats) await seat.ask(`Why? ${SLOW}`)
    process.kill(house.server.pid, 'SIGUSR2')
    for (const seat of seats.filter(runs))
      await seat.until('its end', ({ state }) => state?.running === null)
    const ends = seats.flatMap((seat) => seat.state.messages.slice(1))
    for (const reply of ends)
      expect(reply).toMatchObject({ ended: { outcome: 'failed', error: { code: 'spending-off' } } })
    expect(ends).toHaveLength(2)
    const asked = house.simulator.requests.filter(({ path }) => path.endsWith('/messages'))
    await expect.poll(() => asked.every(({ endedAt }) => endedAt !== undefined)).toBe(true)
    const refused = { ok: false, error: { code: 'spending-off' } }
    expect(await seats[0]?.ask('Again?')).toMatchObject(refused)
    expect(house.server.stderr()).toContain('Spending is off')
  })

  it('SPENDING=off starts a node that shows its rooms but answers no question', async (context) => {
    const { expect } = context
    const house = lasts(context, await House.open({ SPENDING: 'off' }))
    const seat = await house.sit(house.alice)
    expect(await seat.ask('Why?')).toMatchObject({ ok: false, error: { code: 'spending-off' } })
    expect(house.simulator.requests.filter(({ path }) => path.endsWith('/messages'))).toEqual([])
  })
})

describe.concurrent('a server on a public address with a key', () => {
  const key = { ANTHROPIC_API_KEY: 'sk-ant-x' }
  it.each([
    ['HOST', { HOST: '0.0.0.0' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://rooms.example.org' }],
    ['TRUST_PROXY', { TRUST_PROXY: '1' }],
  ])(
    'does not start with %s until its operator has decided who may create rooms',
    async (_name, address) => {
      const { code, stderr } = await startRefused({ ...key, ...address, OPEN: 'no' })
      expect(code).toBe(1)
      expect(stderr.trim().split('\n')).toEqual([
        'Anybody who reaches this server could spend your API key. Set START_CODE to a code that making a room needs,',
        'or set OPEN=yes if everybody who reaches it may make rooms.',
      ])
    },
  )

  it('requires the start code to create a room, and stops guessing', async (context) => {
    const { expect } = context
    const code = 'a long start code'
    const open = { PUBLIC_URL: 'http://127.0.0.1:1', START_CODE: code }
    const house = lasts(context, await House.open(open, {}, { startCode: code }))
    const make = (body: object) =>
      house.http(house.alice, 'POST', '/api/rooms', { body: JSON.stringify(body) })
    const refused = { status: 403, body: { error: { code: 'start-code-needed' } } }
    expect(await make({})).toMatchObject(refused)
    expect(await make({ startCode: 'something else' })).toMatchObject(refused)
    expect(await make({ startCode: ` ${code} ` })).toMatchObject({ status: 201 })
    for (let guess = 0; guess < 9; guess++) await make({ startCode: `guess ${guess}` })
    expect(await make({ startCode: code })).toMatchObject({ status: 429 })
  })
})
