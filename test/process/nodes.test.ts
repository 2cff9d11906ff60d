// Members of one room on different nodes: any node serves any of them, and they notice no difference.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'
import { Chance, seeds } from '../doubles/chance.ts'
import { Deployment } from '../support/deployment.ts'
import { Person, type Seat } from '../support/person.ts'
import { repliesIn } from './house.ts'

const KINDS = [
  ['two nodes over Redis', 2, false],
  ['three nodes over Redis', 3, false],
  ['two nodes over a Redis cluster', 2, true],
] as const

describe.each(KINDS)('%s', (_name, count, cluster) => {
  let deployment: Deployment
  let roomId: string
  let people: Person[]
  let seats: Seat[]
  const [alice, bob, carol] = [0, 1, 2].map((index) => () => seats[index] as Seat) as [
    () => Seat,
    () => Seat,
    () => Seat,
  ]
  beforeAll(async () => {
    deployment = await Deployment.open(count, { cluster })
    ;({ roomId, people } = await deployment.room('Alice', 'Bob', 'Carol'))
    seats = await deployment.sit(people, roomId)
  })
  afterAll(() => deployment.close())

  /** Waits until all members see each other, and expects them and a newcomer to see the same. */
  async function expectSame(): Promise<void> {
    const offset = Math.max(...seats.map((seat) => seat.state.offset))
    const newcomers = await deployment.sit(people, roomId)
    for (const seat of [...seats, ...newcomers]) {
      await seat.until('the others', ({ state }) => (state?.offset ?? 0) >= offset)
      expect(seat.state.messages).toEqual(seats[0]?.state.messages)
    }
    for (const newcomer of newcomers) newcomer.leave()
    for (const reply of repliesIn(alice().state.messages))
      expect(byteLength(reply.text)).toBe(reply.end)
  }

  const completed = (seat: Seat, number: number) => seat.ended(number)

  it('[R1.1] all screens show the same answer', async () => {
    await alice().ask('Why? [simulate: length=3000 gap=2 chunk=40]')
    const { number } = alice().reply
    const growing = await Promise.all(seats.map((seat) => seat.reads(200)))
    const replies = await Promise.all(seats.map((seat) => completed(seat, number)))
    for (const [index, reply] of replies.entries()) {
      expect(reply).toEqual(replies[0])
      expect(reply.ended?.outcome).toBe('completed')
      expect(reply.text.startsWith(growing[index]?.text ?? '?')).toBe(true)
    }
    await expectSame()
  })

  it('anybody may ask, all see who is present, and there is one queue', async () => {
    const here = people.map(({ memberId }) => memberId).toSorted()
    for (const seat of seats)
      await seat.until(
        'everybody',
        ({ presence }) =>
          presence
            .map(({ memberId }) => memberId)
            .toSorted()
            .join() === here.join(),
      )
    await bob().ask('How? [simulate: length=2000 gap=5]')
    const { number } = bob().reply
    expect(await carol().ask('And who?')).toMatchObject({ ok: true, queued: true })
    for (const seat of seats)
      await seat.until('the question that waits', ({ state }) => state?.queue.length === 1)
    await Promise.all(seats.map((seat) => completed(seat, number + 1)))
    await expectSame()
  })

  it('[R3.1] a stop on one node ends it for all, and closes the request on another', async () => {
    await alice().ask('Tell me all. [simulate: length=20000 gap=5]')
    const { generationId, number } = alice().reply
    await carol().until('some of it', ({ state }) =>
      state?.messages.some((one) => one.kind === 'reply' && one.number === number && one.end > 99),
    )
    const result = await carol().send({ type: 'cancel', generationId, reason: 'enough' })
    expect(result).toMatchObject({ ok: true, outcome: 'cancelled' })
    const end = result.ok ? result.end : -1
    for (const seat of seats)
      expect(await seat.ended(number)).toMatchObject({
        end,
        ended: { outcome: 'cancelled', by: people[2]?.memberId, reason: 'enough' },
      })
    await expect
      .poll(() => deployment.simulator.requests.at(-1)?.closedByClientAt)
      .toBeTypeOf('number')
    await expectSame()
  })

  it('[R4.4] an acknowledged message is already on the sender’s screen', async () => {
    for (let index = 0; index < 60; index++) {
      const seat = seats[index % seats.length] as Seat
      const result = await seat.send({ type: 'post', text: `Note ${index}`, ask: false })
      const messageId = result.ok ? result.messageId : 'refused'
      expect(
        seat.state.messages.some((one) => one.kind === 'said' && one.messageId === messageId),
      ).toBe(true)
    }
    await expectSame()
  })

  it('a member admitted on one node may join on another at once', async () => {
    const { invite } = await inviteOf(people[0] as Person, roomId)
    for (let index = 0; index < 10; index++) {
      const dan = await Person.come(deployment.node(index).url, `Dan ${index}`)
      await dan.accept(invite)
      const [seat] = await deployment.sit([dan.at(deployment.node(index + 1).url)], roomId)
      await seat?.until('oneself', ({ state }) =>
        state?.members.some(({ memberId }) => memberId === dan.memberId),
      )
      expect(await seat?.send({ type: 'post', text: 'Here I am.', ask: false })).toMatchObject({
        ok: true,
      })
      seat?.leave()
    }
  })

  it('[R6.4] of several members who join at once with one name, on all nodes, each gets a different name', async () => {
    const { invite } = await inviteOf(people[0] as Person, roomId)
    const twins = await Promise.all(
      Array.from({ length: 9 }, (_, index) => Person.come(deployment.node(index).url, 'Zoe')),
    )
    await Promise.all(twins.map((twin) => twin.accept(invite)))
    const isTwin = ({ memberId }: { memberId: string }) =>
      twins.some((twin) => twin.memberId === memberId)
    const members = await alice().until('all of them', ({ state }) => {
      const found = state?.members.filter(isTwin)
      return found?.length === twins.length ? found : null
    })
    const numbered = Array.from({ length: 8 }, (_, index) => `Zoe (${index + 2})`)
    expect(members.map(({ name }) => name).toSorted()).toEqual(['Zoe', ...numbered])
  })

  it('[R2.2] a stop that races with the end has one outcome for all, and is an error for nobody', async () => {
    const outcomes = new Set<string>()
    let tried = 0
    // Which of the two wins more often depends on the machine; both outcomes must occur.
    for (const seed of seeds(300)) {
      if (tried++ >= 30 && outcomes.size === 2) break
      const chance = new Chance(seed)
      const text = `Again? [simulate: length=60 gap=0 first=${chance.below(20)}]`
      const result = await chance.pick(seats).ask(text)
      const asked = await running(seats[0] as Seat, result.ok ? result.generationId : undefined)
      const stops = await Promise.all(
        chance.shuffled(seats).map(async (seat) => {
          for (let turn = chance.below(40); turn > 0; turn--) await Promise.resolve()
          await seat.reads(chance.below(61), asked.number)
          return seat.send({ type: 'cancel', generationId: asked.generationId })
        }),
      )
      const replies = await Promise.all(seats.map((seat) => seat.ended(asked.number)))
      for (const stop of stops)
        expect(stop).toMatchObject({
          ok: true,
          outcome: replies[0]?.ended?.outcome,
          end: replies[0]?.end,
        })
      for (const reply of replies) expect(reply).toEqual(replies[0])
      outcomes.add(replies[0]?.ended?.outcome ?? '')
    }
    if (process.env['FUZZ_SEED'] === undefined)
      expect([...outcomes].toSorted()).toEqual(['cancelled', 'completed'])
    await expectSame()
  })
})

/** Waits until somebody sees a generation running. */
function running(seat: Seat, generationId: string | undefined): Promise<Reply> {
  return seat.until('the answer', ({ state }) =>
    state?.messages.find(
      (one): one is Reply => one.kind === 'reply' && one.generationId === generationId,
    ),
  )
}

async function inviteOf(owner: Person, roomId: string): Promise<{ invite: string }> {
  const { inviteUrl } = await owner.call<{ inviteUrl: string }>(`/api/rooms/${roomId}/invites`, {})
  return { invite: inviteUrl.split('/').at(-1) ?? '' }
}
