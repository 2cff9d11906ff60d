// A busy room is deleted: nothing of it remains, everybody is told, and the request to Claude is closed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { ofOperator } from '../support/redis-user.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { House } from '../process/house.ts'
import { EventReader } from '../support/event-reader.ts'
import { Person } from '../support/person.ts'
import { WireClient } from './wire-client.ts'

/** Occurs in every message of the room, so that remains can be found. */
const SECRET = 'Rosenkohl'
/** Enough for a checkpoint: one is saved after a hundred entries while nothing runs. */
const SAID = 110
const NEWCOMERS = 30

interface Place {
  readonly house: House
  /** Lists the remains of all rooms in the storage; polled until there are none or time is over. */
  readonly left: () => Promise<readonly string[]>
}

async function onSqlite(): Promise<Place> {
  const house = await House.open({ LOG_LEVEL: 'warn' })
  onTestFinished(() => house.close())
  const left = async () => {
    // The server locks the file while it runs.
    await house.server.stop()
    const files = readdirSync(house.directory)
    const found = files.filter((file) =>
      readFileSync(join(house.directory, file), 'latin1').includes(SECRET),
    )
    const [file = ''] = files.filter((name) => /\.(db|sqlite)$/.test(name))
    const database = new DatabaseSync(join(house.directory, file))
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    for (const { name } of tables as { name: string }[]) {
      const { count } = database.prepare(`SELECT COUNT(*) AS count FROM ${name}`).get() as {
        count: number
      }
      if (count > 0) found.push(`${count} rows of ${name}`)
    }
    database.close()
    if (tables.length < 8) found.push(`only ${tables.length} tables`)
    return found
  }
  return { house, left }
}

async function onRedis(): Promise<Place> {
  const house = await House.openOnNodes(2, { LOG_LEVEL: 'warn' })
  const admin = new Redis(ofOperator(house.environment['REDIS_URL'] ?? ''))
  onTestFinished(async () => {
    admin.disconnect()
    await house.close()
  })
  // The sweeper's key and the deployment's key belong to no room.
  const ofNodes = /:(sweeper:2|deployment)$/
  const left = async () => (await admin.keys('*')).filter((key) => !ofNodes.test(key))
  return { house, left }
}

/** Deletes the room as its owner does. */
async function remove({ alice, roomId }: House): Promise<number> {
  const headers = { authorization: `Bearer ${alice.token}` }
  const response = await fetch(`${alice.url}/api/rooms/${roomId}`, { method: 'DELETE', headers })
  return response.status
}

describe.each([
  ['SQLite', onSqlite],
  ['two nodes over Redis', onRedis],
] as const)('on %s, deleting a room while Claude answers', (_, open) => {
  test('leaves nothing, closes every page in it, and closes the request to Claude', async () => {
    const { house, left } = await open()
    const { alice, bob, roomId } = house
    const [first, second] = await house.both()
    for (let count = 0; count < SAID; count++)
      await first.send({ type: 'post', text: `${SECRET} ${count}`, ask: false })
    await first.ask(`${SECRET}? [simulate: length=200 pace=instant]`)
    await second.ended(1)
    const reader = await EventReader.open({ url: bob.url, roomId, token: bob.token })
    onTestFinished(() => reader.close())
    await first.ask(`More ${SECRET}? [simulate: length=100000 chunk=20 gap=20]`)
    await second.ask(`And ${SECRET}?`)
    await second.reads(200, 2)
    await second.until('the queue', ({ state }) => (state?.queue.length ?? 0) > 0)

    const strangers = await Promise.all(
      Array.from({ length: NEWCOMERS }, (_, index) =>
        Person.come(index % 2 === 0 ? alice.url : bob.url, `Newcomer ${index}`),
      ),
    )
    const clients = await Promise.all(strangers.map((person) => WireClient.connect(person)))
    onTestFinished(() => clients.forEach((client) => client.close()))
    // They join, watch and post while the room is being deleted.
    const coming = strangers.map(async (person, index) => {
      const accepted = await person.accept(house.invite).then(
        () => true,
        (error: Error) => {
          expect(error.message).toMatch(/room-not-found/)
          return false
        },
      )
      const joined = await clients[index]?.join(roomId)
      const said = await clients[index]?.command('post', { roomId, text: SECRET, ask: true })
      return { accepted, joined, said }
    })
    expect(await remove(house)).toBe(204)
    const came = await Promise.all(coming)
    expect(came.every(({ joined, said }) => joined !== undefined && said !== undefined)).toBe(true)

    for (const seat of [first, second])
      await seat.until(
        'the room is gone',
        ({ status }) => status.kind === 'refused' && status.error.code === 'room-not-found',
      )
    await reader.until('closed', ({ follower }) => follower.closed === 'room-not-found')
    for (const [index, client] of clients.entries())
      if (came[index]?.joined?.ok)
        await client.until('sent out', ({ closed }) => closed?.code === 'room-not-found')
    const asked = await house.asked()
    expect(asked.body).toMatchObject({ stream: true })
    expect(house.simulator.stats.bytesAfterClose).toBe(0)
    expect(await first.send({ type: 'post', text: 'Anybody?', ask: false })).toMatchObject({
      ok: false,
    })
    expect(await remove(house)).toBe(404)
    expect(await bob.call<{ rooms: unknown[] }>('/api/rooms')).toEqual({ rooms: [] })
    await expect.poll(left, { interval: 1000 }).toEqual([])
  })
})
