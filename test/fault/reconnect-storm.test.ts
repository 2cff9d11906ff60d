// All clients lose their node at the same moment, and reconnect within the same second.
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { Deployment } from '../support/deployment.ts'
import { Person } from '../support/person.ts'
import { figure, isFullScale, print } from './figures.ts'
import { WireClient } from './wire-client.ts'
import { pause } from '../support/pause.ts'

const CONNECTIONS = isFullScale ? 2500 : 600
/** A member may have a hundred sockets at once. */
const PER_MEMBER = 80
/** The commands to Redis per connection, besides those that a node sends anyway. */
const COMMANDS_PER_CONNECTION = 0.2
const LIVEZ_EVERY_MS = 100

/**
 * The number of commands that Redis has executed so far, by name; a script counts as one, without the commands it
 * calls.
 */
async function commandsOf(admin: Redis): Promise<number> {
  const told = await admin.info('commandstats')
  const counts = [
    ...told.matchAll(/^cmdstat_(evalsha|hmget|hexists|zrevrange|subscribe|get):calls=(\d+)/gm),
  ]
  return counts.reduce((sum, [, , calls]) => sum + Number(calls), 0)
}

test('[R1.6] hundreds of clients that reconnect in the same second cost the storage next to nothing, and see the same', async () => {
  const deployment = await Deployment.open(1, { environment: { LOG_LEVEL: 'warn' } })
  const admin = new Redis(deployment.redis?.url ?? '')
  let clients: WireClient[] = []
  onTestFinished(async () => {
    for (const client of clients) client.close()
    admin.disconnect()
    await deployment.close()
  })
  const { url } = deployment.node(0)
  const members = Math.ceil(CONNECTIONS / PER_MEMBER)
  const people = await Promise.all(
    Array.from({ length: members }, (_, index) => Person.come(url, `Member ${index}`)),
  )
  const [owner] = people as [Person, ...Person[]]
  const { roomId, invite } = await owner.makeRoom('Storm')
  for (const person of people.slice(1)) await person.accept(invite)
  const [seat] = await deployment.sit([owner], roomId)
  if (!seat) throw new Error('nobody watches')
  await seat.ask('Before the storm. [simulate: length=20000 pace=instant]')
  await seat.ended(1)

  /** Connects and joins all clients at once; returns the time until each was live, ms. */
  const come = async (before: readonly WireClient[]) => {
    const began = performance.now()
    return Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, index) => {
        const { token } = people[index % members] ?? owner
        const client = await WireClient.connect({ url, token, state: before[index]?.state })
        expect(await client.join(roomId)).toMatchObject({ ok: true })
        await client.until('synced', ({ came }) => (came['synced'] ?? 0) > 0)
        return { client, ms: performance.now() - began }
      }),
    )
  }
  clients = (await come([])).map(({ client }) => client)
  expect(await figure(url, 'roomcast_watchers')).toBe(CONNECTIONS + 1)

  // All of them are cut off while an answer runs, long enough to outlast the rest of the test, so that its cost is
  // constant.
  await seat.ask('In the storm. [simulate: length=60000 chunk=10 gap=20]')
  await seat.reads(200, 2)
  for (const client of clients) client.close()
  const watchers = () => figure(url, 'roomcast_watchers')
  await expect.poll(watchers).toBe(1)
  const late: number[] = []
  let isOver = false
  const living = (async () => {
    for (; !isOver; await pause(LIVEZ_EVERY_MS)) {
      const asked = performance.now()
      expect((await fetch(`${url}/livez`)).status).toBe(200)
      late.push(performance.now() - asked)
    }
  })()
  const [before, from] = [await commandsOf(admin), seat.reply.end]
  const came = await come(clients)
  const [after, to] = [await commandsOf(admin), seat.reply.end]
  isOver = true
  await living
  clients = came.map(({ client }) => client)
  // The cost of the same amount of text without reconnections; the text comes at a steady pace.
  await seat.reads(to + (to - from), 2)
  const idle = (await commandsOf(admin)) - after
  const times = came.map(({ ms }) => ms).toSorted((one, other) => one - other)
  print('all come back at once', {
    connections: CONNECTIONS,
    'ms to live, median': Math.round(times[CONNECTIONS >> 1] ?? 0),
    'ms to live, last': Math.round(times.at(-1) ?? 0),
    'commands to Redis': after - before,
    'commands for as much text without': idle,
    '/livez asked': late.length,
    '/livez slowest ms': Math.round(Math.max(...late)),
    'loop lag p99 s': await figure(url, 'roomcast_event_loop_lag_seconds'),
  })
  expect(after - before - idle).toBeLessThan(CONNECTIONS * COMMANDS_PER_CONNECTION)

  const { generationId } = seat.reply
  expect(await seat.send({ type: 'cancel', generationId })).toMatchObject({ outcome: 'cancelled' })
  await seat.ended(2)
  const { messages, offset } = seat.state
  await Promise.all(
    clients.map((client) => client.until('the end', ({ state }) => state.offset === offset)),
  )
  expect(clients.filter(({ gaps }) => gaps > 0)).toHaveLength(0)
  for (const { state } of clients) expect(state.messages).toEqual(messages)
  // All sent their position: none was given the whole room again.
  expect(clients.filter(({ came }) => (came['snapshot'] ?? 0) > 0)).toHaveLength(0)
})
