// How the judge uses its log: how often it asks, what it saves, and that every command gets an answer.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endOfTurn, Judge } from '@roomcast/server/judge/judge.ts'
import type { Append, EntryLog } from '@roomcast/server/log/entry-log.ts'
import { unknown } from '@roomcast/server/log/known.ts'
import { Database } from '@roomcast/server/log/sqlite/database.ts'
import { SqliteEntryLog } from '@roomcast/server/log/sqlite/sqlite-entry-log.ts'
import { Refusal } from '@roomcast/shared/protocol'
import { SimulatedClock } from '../doubles/clock.ts'
import { aRoom, refusalOf, TestRoom } from '../doubles/room.ts'

/** A judge of its own on the same file, with a record of its requests to the log. */
class Watched {
  readonly appends: Append[] = []
  finds = 0
  /** Rooms that could not be recovered. */
  readonly failed: string[] = []
  /** Runs before each append. */
  before: () => Promise<void> = () => Promise.resolve()
  readonly judge: Judge
  readonly log: EntryLog

  constructor(database: Database, clock: SimulatedClock) {
    const entries = new SqliteEntryLog({ database, clock })
    this.log = new Proxy<EntryLog>(entries, {
      get: (_, name: keyof EntryLog) => {
        const call = entries[name].bind(entries) as (...asked: unknown[]) => unknown
        return async (...asked: unknown[]) => {
          if (name === 'find') this.finds += 1
          if (name === 'append') {
            this.appends.push(asked[1] as Append)
            await this.before()
          }
          return call(...asked)
        }
      },
    })
    const onRecoveryFailed = (roomId: string) => void this.failed.push(roomId)
    this.judge = new Judge({ log: this.log, clock, newId: () => 'epoch', onRecoveryFailed })
  }
}

let database: Database
let clock: SimulatedClock
let watched: Watched
let room: TestRoom
beforeEach(async () => {
  database = new Database(':memory:')
  clock = new SimulatedClock()
  watched = new Watched(database, clock)
  room = await aRoom(watched.judge)
})
afterEach(() => watched.judge.close())

describe('the docket of a room', () => {
  test.each([true, false])(
    'is saved every 200 entries or so, whether followed or not: %s',
    async (follows) => {
      if (follows) await room.watch()
      for (let count = 0; count < 1000; count++)
        await room.amend('alice', { type: 'configure', title: `Title ${count}` })
      const saved = watched.appends.filter(({ docket }) => docket !== undefined)
      expect(saved.length).toBeGreaterThan(3)
      expect(saved.length).toBeLessThan(7)
    },
  )

  test('is not saved with commands that only free space: the disk may be full', async () => {
    const running = await room.asked('alice', 'Why?')
    const isDue = () => watched.appends.at(-1)?.docket !== undefined
    while (!isDue()) await room.say('bob', 'So')
    for (let count = 0; count < 199; count++) await room.say('bob', 'So')
    await room.remove('alice', 'carol')
    await room.cancel('bob', running.generationId)
    expect(isDue()).toBe(false)
    await room.say('bob', 'So')
    expect(isDue()).toBe(true)
  })

  test('is saved by writes only: a refusal saves nothing, even if a save is due', async () => {
    const isDue = () => watched.appends.at(-1)?.docket !== undefined
    while (!isDue()) await room.say('bob', 'So')
    for (let count = 0; count < 199; count++) await room.say('bob', 'So')
    expect(await refusalOf(room.resume('bob'))).toBe('queue-not-held')
    expect(isDue()).toBe(false)
    await room.say('bob', 'So')
    expect(isDue()).toBe(true)
  })

  test('is read by others from its saved state, and only as far as decisions depend on', async () => {
    for (let count = 0; count < 2000; count++) await room.say('bob', 'So')
    const entries = new SqliteEntryLog({ database, clock })
    const read = await entries.find('room', [], unknown())
    expect(read).toMatchObject({ type: 'moved', last: 2004, entries: [] })
    const { started } = await room.on(new Watched(database, clock).judge).ask('carol', 'Why?')
    expect(started).toMatchObject({ offset: 2006 })
  })

  test('is not read again after a refusal', async () => {
    await room.say('bob', 'Hello')
    for (let count = 0; count < 10; count++)
      expect(await refusalOf(room.cancel('bob', `never-${count}`))).toBe('generation-not-found')
    expect(watched.finds).toBe(0)
  })

  test('is read once for all commands of the same moment', async () => {
    const { generationId } = await room.asked('alice', 'Why?')
    const other = new Watched(database, clock)
    const stops = Array.from({ length: 20 }, () => room.on(other.judge).cancel('bob', generationId))
    expect((await Promise.all(stops)).filter(({ ok }) => ok)).toHaveLength(1)
    expect(other.finds).toBe(1)
  })
})

describe('a command', () => {
  test('is answered even if it becomes overdue at that very moment', async () => {
    let isLate = false
    const ticking = {
      // Each reading is a little later.
      now: () => clock.now() + (isLate ? (ticks += 1) : 0),
      after: clock.after.bind(clock),
    }
    let ticks = 0
    const judge = new Judge({
      log: new SqliteEntryLog({ database, clock }),
      clock: ticking,
      newId: () => 'epoch',
    })
    const talking = room.on(judge)
    await talking.say('bob', 'Hello')
    for (const early of [2, 1, 0]) {
      isLate = false
      ticks = 0
      const said = talking.say('bob', 'Well').catch(() => null)
      isLate = true
      ticks = 2500 - early
      await said
    }
    expect(ticks).toBeGreaterThan(2500)
  })

  test('that creates a room with an unreadable entry creates none', async () => {
    const made = new TestRoom(watched.judge, 'made')
    const faulty = { ...made.newRoom(), title: 5 as unknown as string }
    expect(await refusalOf(watched.judge.createRoom(faulty))).toBe('internal')
    expect(await refusalOf(watched.judge.read('made'))).toBe('room-not-found')
    expect((await watched.judge.createRoom(made.newRoom())).entries).toHaveLength(2)
  })
})

describe('a recovery that fails', () => {
  test.each([
    ['is reported', new TypeError('a fault of ours'), ['room']],
    ['is skipped silently if the storage is full', new Refusal('storage-full'), []],
  ])('%s', async (_, error, failed) => {
    const { number } = await room.asked('alice', 'Why?')
    // Another process: the generation that this one started has no owner there.
    const other = new Watched(database, clock)
    other.before = () => Promise.reject(error)
    expect(await other.judge.recover(() => 'next')).toEqual([])
    expect(other.failed).toEqual(failed)
    expect((await room.state()).running).toBe(number)
    other.before = () => Promise.resolve()
    await other.judge.recover(() => 'next')
    expect((await room.state()).running).toBeNull()
  })
})

test('all messages of one turn of the event loop are written to a file in one append', async () => {
  const judge = new Judge({
    log: watched.log,
    clock,
    newId: () => 'epoch',
    gather: endOfTurn,
  })
  const there = room.on(judge)
  watched.appends.splice(0)
  const posts = Array.from({ length: 50 }, (_, index) => {
    // Each from its own event, as socket frames arrive.
    return new Promise(setImmediate).then(() => there.say('bob', `${index}`))
  })
  await Promise.all(posts)
  expect(watched.appends).toHaveLength(1)
})
