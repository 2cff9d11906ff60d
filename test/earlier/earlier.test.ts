// Data of earlier versions opens: the same transcript, digest for digest, on both adapters, repeatedly, and even if the
// process that opens it is killed. `make.ts` made the data, once.
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { digest } from '@roomcast/shared/digest'
import { systemClock } from '@roomcast/server/clock.ts'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { openRedisNode } from '../redis/redis-log.ts'
import { startedBy, TestRoom } from '../doubles/room.ts'
import { asUser } from '../support/redis-user.ts'
import { startRedis } from '../support/redis-server.ts'
import {
  type ServerEnvironment,
  startServerProcess,
  temporaryDirectory,
} from '../support/server-process.ts'
import { FULL, HELD, LEFT } from './history.ts'
import { type Transcript, transcriptOf } from './transcript.ts'

/** Short, so that the log soon counts the owner of a dead process as dead too. */
const LEASE_MS = 200
const SAVED = join(import.meta.dirname, 'saved')

/** A storage that holds data of an earlier version. */
interface Storage {
  /** Opens it as a node does, after the previous log has been closed. */
  open(): Promise<RoomLog>
  /** The environment of the program on this storage. */
  readonly environment: ServerEnvironment
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function sqlite(data: string): Promise<Storage> {
  const folder = await temporaryDirectory()
  closing.push(() => folder.remove())
  const path = join(folder.path, 'roomcast.sqlite')
  copyFileSync(join(data, 'roomcast.sqlite'), path)
  return {
    open: () => opened(openSqliteRoomLog({ path, clock: systemClock, newId: () => 'epoch' })),
    environment: { DATA_DIR: folder.path },
  }
}

async function redis(data: string): Promise<Storage> {
  const server = await startRedis({ dump: join(data, 'redis.rdb') })
  closing.push(() => server.stop())
  const url = asUser(server.url)
  return {
    open: async () => {
      const node = await openRedisNode(
        { urls: [url], cluster: false },
        { namespace: 'roomcast', leaseMs: LEASE_MS },
      )
      closing.push(() => node.close())
      return node.log
    },
    environment: { REDIS_URL: url, SIGNING_KEY: 'a'.repeat(64) },
  }
}

async function opened(opening: Promise<RoomLog>): Promise<RoomLog> {
  const log = await opening
  closing.push(() => log.close())
  return log
}

function transcript(data: string, name: string): Transcript {
  return JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8')) as Transcript
}

/** The id of the generation that recovery starts. */
const next = () => 'started-by-recovery'
const HALF = 'ThinkingThis an'

const all = readdirSync(SAVED).flatMap((version) => [
  { version, name: 'sqlite', open: sqlite },
  { version, name: 'redis', open: redis },
])

describe.each(all)('data of version $version in $name', ({ version, name, open }) => {
  const data = join(SAVED, version)
  const before = transcript(data, name)
  const prepare = () => open(data)

  test('[R4.2] opens with the same transcript, twice in a row', async () => {
    const storage = await prepare()
    for (let time = 0; time < 2; time++) {
      const log = await storage.open()
      expect(await transcriptOf(log)).toEqual(before)
      await log.close()
    }
  })

  test('[R5.1] the answer running then is interrupted with its text, and the waiting question starts', async () => {
    const storage = await prepare()
    const log = await storage.open()
    // In Redis no owner is judged until the clock of Redis has been observed for a whole lease.
    await expect
      .poll(() => log.recover(next), { interval: 50 })
      .toMatchObject([{ roomId: LEFT, by: 'bob', generationId: next() }])
    const after = await transcriptOf(log)
    for (const roomId of [FULL, HELD]) expect(after.rooms[roomId]).toEqual(before.rooms[roomId])
    const [ended] =
      after.rooms[LEFT]?.entries.filter(({ type }) => type === 'generation-ended') ?? []
    expect(ended).toMatchObject({ outcome: 'interrupted', end: HALF.length, digest: digest(HALF) })
    expect(after.rooms[LEFT]?.state.queue).toHaveLength(1)
    expect(after.rooms[LEFT]?.state.running).toBe(2)
  })

  test('accepts new messages, questions, edits and stops', async () => {
    const log = await (await prepare()).open()
    const full = new TestRoom(log, FULL).on(log)
    const offset = before.rooms[FULL]?.state.offset ?? 0
    const said = await full.said('bob', 'A message of today.')
    await full.edit('bob', said, 'A changed one.')
    const owned = await full.asked('alice', 'A question of today?')
    expect(owned).toMatchObject({ offset: offset + 4, number: 6, model: 'claude-2' })
    await full.write(owned, 0, 'An answer.')
    expect(await full.cancel('bob', owned.generationId)).toMatchObject({ ok: true })
    const held = new TestRoom(log, HELD).on(log)
    expect(startedBy(await held.resume('alice'))).toMatchObject({ by: 'bob', number: 2 })
    await held.refuses('generation-running', () => held.again('bob', 'held-generation-7'))
    await full.refuses('removed', () => full.say('carol', 'I am removed.'))
    await full.refuses('owner-only', () =>
      full.amend('bob', { type: 'invite', inviteId: 'third-invite', until: Date.UTC(2100, 0, 2) }),
    )
  })

  test('[R4.2][R5.1] has the same rooms after programs on it were killed, and one end of the running answer', async () => {
    const storage = await prepare()
    for (const until of ['it is open', 'it is ready'] as const) {
      const program = await startServerProcess(storage.environment)
      if (until === 'it is ready')
        await expect.poll(async () => (await fetch(`${program.url}/readyz`)).status).toBe(200)
      await program.kill()
    }
    const log = await storage.open()
    const endsOf = async () => {
      await log.recover(next)
      const { rooms } = await transcriptOf(log)
      for (const roomId of [FULL, HELD]) expect(rooms[roomId]).toEqual(before.rooms[roomId])
      const [entries, old] = [rooms, before.rooms].map((all) => all[LEFT]?.entries ?? [])
      expect(entries?.slice(0, old?.length)).toEqual(old)
      return entries?.filter((entry) => entry.type === 'generation-ended' && entry.number === 1)
    }
    await expect.poll(endsOf).toMatchObject([{ outcome: 'interrupted', digest: digest(HALF) }])
  })
})
