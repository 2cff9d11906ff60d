// Clients on bad networks: links that come and go, that are half-open, and that carry a kilobyte per second; and one
// session in several tabs.
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { Message } from '@roomcast/shared/protocol'
import type { RoomView } from '@roomcast/client/room/room-client.ts'
import { House } from '../process/house.ts'
import type { Seat } from '../support/person.ts'
import { type BadNetwork, startBadNetwork } from './bad-network.ts'
import { isFullScale, print } from './figures.ts'
import { pause } from '../support/pause.ts'

const FLAPPERS = isFullScale ? 20 : 8
/** How long the links go up and down, and the longest time they stay in one state, ms. */
const FLAPPING_MS = isFullScale ? 30_000 : 4000
const LONGEST_MS = 900
/** The total number of messages: a room shows its last 200, and the answer must be among them. */
const MOST_SAID = 150
/** A burst must get through before the next ping fails 30 s later: a hard limit for slow links. */
const SLOW_BYTES_PER_SECOND = isFullScale ? 8000 : 1000

async function network(house: House, bytesPerSecond?: number): Promise<BadNetwork> {
  const way = await startBadNetwork(house.server.port, bytesPerSecond)
  onTestFinished(() => way.close())
  return way
}

/** Records whenever a screen takes back something it has shown. */
function watchForSteps(seat: Seat, wrong: string[]): void {
  const shown = new Map<number, string>()
  seat.client.subscribe(({ state }: RoomView) => {
    for (const message of state?.messages ?? []) {
      if (message.kind !== 'reply') continue
      const before = shown.get(message.number) ?? ''
      if (!message.text.startsWith(before))
        wrong.push(`${seat.name}: reply ${message.number} went from ${before.length} back`)
      shown.set(message.number, message.text)
    }
  })
}

function saidIn(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => (message.kind === 'said' ? [message.text] : []))
}

test('[R1][R4.1] on links that flap, fall silent or crawl, everybody gets the exact text, and each message is posted once', async () => {
  const house = await House.open({ LOG_LEVEL: 'warn' })
  onTestFinished(() => house.close())
  const alice = await house.sit(house.alice)
  const ways = await Promise.all(Array.from({ length: FLAPPERS }, () => network(house)))
  const crawling = await network(house, SLOW_BYTES_PER_SECOND)
  const wrong: string[] = []
  const seats = await Promise.all(
    [...ways, crawling].map((way) => house.sit(house.bob.at(way.url))),
  )
  for (const seat of seats) watchForSteps(seat, wrong)
  const before = ways.map(({ tried }) => tried)

  await alice.ask(`Go. [simulate: length=${FLAPPING_MS / 4} chunk=5 gap=20]`)
  const until = performance.now() + FLAPPING_MS
  const said: string[] = []
  const answers: Promise<{ readonly ok: boolean }>[] = []
  const downs = await Promise.all(
    ways.map(async (way, index) => {
      let count = 0
      for (; performance.now() < until; count++) {
        const text = `${index} says ${count}`
        if (said.length < MOST_SAID) {
          said.push(text)
          answers.push((seats[index] as Seat).send({ type: 'post', text, ask: false }))
        }
        await pause((137 * index + 271 * count) % LONGEST_MS)
        if (count % 3 === 2) way.swallow()
        else way.cut()
        await pause((211 * index + 389 * count) % LONGEST_MS)
        // A half-open link would last until a ping fails, 30 s later; here a router in between ends it.
        way.cut()
        way.mend()
      }
      return count
    }),
  )
  expect((await Promise.all(answers)).filter(({ ok }) => !ok)).toEqual([])
  await alice.ended(1)
  for (const [index, seat] of seats.entries()) {
    const isThere = ({ state }: RoomView) => state?.offset === alice.state.offset
    await seat.until(`all of it on link ${index}`, isThere)
    expect(seat.state.messages).toEqual(alice.state.messages)
  }
  expect(wrong).toEqual([])
  const heard = saidIn(await house.newcomer()).filter((text) => said.includes(text))
  expect(heard.toSorted()).toEqual(said.toSorted())
  const tries = ways.map(({ tried }, index) => tried - (before[index] ?? 0))
  const [down, tried] = [downs, tries].map((all) => all.reduce((sum, one) => sum + one, 0))
  print('links that flap', {
    links: FLAPPERS,
    'times down': down ?? 0,
    'connections tried': tried ?? 0,
  })
  // The client doubles its delay while nothing gets through: a link that is down for less than a second causes few
  // attempts.
  for (const [index, count] of tries.entries())
    expect(count).toBeLessThanOrEqual(4 * (downs[index] ?? 0) + 4)
})

test('[R4.1] two tabs of one session post at once, and a copied tab with the same ids posts nothing twice', async () => {
  const house = await House.open({ LOG_LEVEL: 'warn' })
  onTestFinished(() => house.close())
  const tabs = await Promise.all([1, 2, 3].map(() => house.sit(house.alice)))
  const [one, other] = tabs as [Seat, Seat]
  const { roomId } = house
  const posts = Array.from({ length: 10 }, (_, index) => ({
    type: 'post' as const,
    roomId,
    commandId: randomUUID(),
    text: `Said ${index}`,
    ask: index === 0,
  }))
  const results = await Promise.all(
    posts.flatMap((post) => tabs.map(({ client }) => client.resend(post))),
  )
  expect(results.filter(({ ok }) => !ok)).toEqual([])
  expect(new Set(results.map((result) => result.ok && result.messageId)).size).toBe(posts.length)
  const own = await Promise.all(
    [one, other].map((tab, index) =>
      tab.send({ type: 'post', text: `Tab ${index} for itself`, ask: false }),
    ),
  )
  expect(own).toMatchObject([{ ok: true }, { ok: true }])
  await one.ended(1)
  const said = saidIn(await house.newcomer())
  expect(said.toSorted()).toEqual(
    [...posts.map(({ text }) => text), 'Tab 0 for itself', 'Tab 1 for itself'].toSorted(),
  )
  expect(house.simulator.requests.filter(({ path }) => path.endsWith('/messages'))).toHaveLength(1)
  for (const tab of tabs) {
    await tab.until('the same', ({ state }) => state?.offset === one.state.offset)
    expect(tab.state.messages).toEqual(one.state.messages)
    expect(tab.view.presence).toHaveLength(1)
  }
})
