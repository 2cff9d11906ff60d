// Connections that come and go repeatedly: everything that a node keeps for them goes with them.
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Deployment } from '../support/deployment.ts'
import { EventReader } from '../support/event-reader.ts'
import { Person } from '../support/person.ts'
import {
  type ServerProcess,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { figure, isFullScale, print } from './figures.ts'
import { INSPECTABLE, Inspection } from './inspection.ts'
import { WireClient } from './wire-client.ts'

/** A member may send 1200 commands per minute; a cycle takes two. */
const MEMBERS = 25
const CYCLES = isFullScale ? 10_000 : 2000
/** Reconnections, and event streams; the `CYCLES` include both, like reloads of a page. */
const RELOADS = isFullScale ? 2000 : 300
const STREAMS = isFullScale ? 1000 : 100
/** The average memory that a cycle may leave behind, bytes: less than the smallest object that could leak. */
const LEFT_BEHIND_BYTES = 100
/** Normal variation of memory, bytes. */
const WAVERING_BYTES = 1024 * 1024

interface Place {
  readonly server: ServerProcess
  /** The data that Redis holds for the node, if there is one. */
  readonly shared: () => Promise<Readonly<Record<string, number>>>
}

async function onSqlite(): Promise<Place> {
  const directory = await temporaryDirectory()
  const server = await startServerProcess({
    DATA_DIR: directory.path,
    LOG_LEVEL: 'warn',
    ...INSPECTABLE,
  })
  onTestFinished(async () => {
    await server.kill()
    await directory.remove()
  })
  return { server, shared: () => Promise.resolve({}) }
}

async function onRedis(): Promise<Place> {
  const environment = { LOG_LEVEL: 'warn', ...INSPECTABLE }
  const deployment = await Deployment.open(1, { environment })
  const admin = new Redis(deployment.redis?.url ?? '')
  onTestFinished(async () => {
    admin.disconnect()
    await deployment.close()
  })
  const shared = async () => {
    const channels = (await admin.pubsub('CHANNELS')) as string[]
    const pairs = (await admin.pubsub('NUMSUB', ...channels)) as (string | number)[]
    const subscriptions = pairs.filter((_, index) => index % 2 === 1).map(Number)
    return {
      channels: channels.length,
      subscriptions: subscriptions.reduce((sum, count) => sum + count, 0),
      connections: String(await admin.client('LIST'))
        .trim()
        .split('\n').length,
      // The list of rooms to sweep is emptied a while later.
      keys: (await admin.keys('*')).filter((key) => !key.includes('{active}')).length,
      present: (await admin.keys('*:presence')).length,
    }
  }
  return { server: deployment.node(0), shared }
}

describe.each([
  ['SQLite', onSqlite],
  ['Redis', onRedis],
] as const)('on %s, thousands of connections that come and go', (storage, open) => {
  test('[R7.2] leave memory, rooms, timers and subscriptions unchanged', async () => {
    const { server, shared } = await open()
    const people = await Promise.all(
      Array.from({ length: MEMBERS }, (_, index) => Person.come(server.url, `Member ${index}`)),
    )
    const owner = people[0] as Person
    const rooms = [await owner.makeRoom('One'), await owner.makeRoom('Other')] as const
    for (const person of people.slice(1))
      for (const { invite } of rooms) await person.accept(invite)
    const inspection = await Inspection.attach(server)
    onTestFinished(() => inspection.close())

    const [one, other] = rooms
    const joins = async (count: number) => {
      const clients = await Promise.all(
        people.map(({ token }) => WireClient.connect({ url: server.url, token })),
      )
      const each = clients.map(async (client) => {
        for (let cycle = 0; cycle < Math.ceil(count / MEMBERS); cycle++) {
          const { roomId } = cycle % 2 === 0 ? one : other
          expect(await client.join(roomId, null)).toMatchObject({ ok: true })
          if (cycle % 3 > 0) await client.command('leave', { roomId })
        }
      })
      await Promise.all(each)
      for (const client of clients) client.close()
    }
    const reloads = async (count: number) => {
      const each = people.map(async ({ token }) => {
        for (let cycle = 0; cycle < Math.ceil(count / MEMBERS); cycle++) {
          const client = await WireClient.connect({ url: server.url, token })
          if (cycle % 2 === 0) await client.join(one.roomId)
          // Some leave before they are answered.
          else void client.join(other.roomId)
          client.close()
        }
      })
      await Promise.all(each)
    }
    const streams = async (count: number) => {
      const each = people.map(async ({ token }) => {
        for (let cycle = 0; cycle < Math.ceil(count / MEMBERS); cycle++) {
          const { roomId } = cycle % 2 === 0 ? one : other
          const reader = await EventReader.open({ url: server.url, roomId, token })
          reader.close()
          await reader.ended
        }
      })
      await Promise.all(each)
    }
    /** The state once all have left, including their short-lived traces. */
    const rest = async () => {
      const watchers = () => figure(server.url, 'roomcast_watchers')
      await expect.poll(watchers).toBe(0)
      // A member who has left stays present for a moment.
      const present = async () => (await shared())['present'] ?? 0
      await expect.poll(present).toBe(0)
      await expect.poll(() => inspection.timers()).toBeLessThan(40)
      return {
        memory: await inspection.memory(),
        timers: await inspection.timers(),
        rooms: await figure(server.url, 'roomcast_rooms_open'),
        ...(await shared()),
      }
    }

    // First create everything that is created once and kept.
    await joins(4 * MEMBERS)
    await reloads(2 * MEMBERS)
    await streams(2 * MEMBERS)
    const before = await rest()
    const cycles = CYCLES + RELOADS + STREAMS
    await joins(CYCLES)
    await reloads(RELOADS)
    await streams(STREAMS)
    const after = await rest()
    print(`${storage}, ${cycles} cycles, before`, before)
    print(`${storage}, ${cycles} cycles, after`, after)

    const { memory: memoryBefore, timers: timersBefore, ...countsBefore } = before
    const { memory, timers, ...counts } = after
    expect(counts).toEqual(countsBefore)
    expect(timers).toBeLessThanOrEqual(timersBefore + 3)
    expect(memory - memoryBefore).toBeLessThan(WAVERING_BYTES + cycles * LEFT_BEHIND_BYTES)
  })
})
