import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { readDocket } from '../../decide/saved-docket.ts'
import { caughtUp, unknown } from '../known.ts'
import { Database } from './database.ts'
import { migrate, SCHEMA } from './schema.ts'
import { SqliteEntryLog } from './sqlite-entry-log.ts'

function migrated(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  migrate(database)
  return database
}

describe('the tables', () => {
  it('are migrated to the current version once', () => {
    const database = migrated()
    const version = database.prepare('PRAGMA user_version').get()
    migrate(database)
    expect(database.prepare('PRAGMA user_version').get()).toEqual(version)
  })

  it('[R7.1] find the last entry of a type about a message without scanning its edits', () => {
    const plan = migrated()
      .prepare(
        `EXPLAIN QUERY PLAN SELECT body FROM entries INDEXED BY entries_by_subject
         WHERE room_id = ? AND subject = ? AND type = ? ORDER BY entry_offset DESC LIMIT 1`,
      )
      .all('room', 'message', 'message-retracted')
    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH entries USING INDEX entries_by_subject (room_id=? AND subject=? AND type=?)',
    ])
  })
})

/** Entries of a room in which one question is being answered and others wait. */
const ENTRIES = [
  {
    type: 'room-created',
    roomId: 'room',
    title: 'Ünïcode "quoted"',
    model: 'claude',
    instructions: '',
  },
  { type: 'member-joined', memberId: 'alice', name: 'Alice', role: 'owner' },
  { type: 'member-joined', memberId: 'bob', name: 'Bob', role: 'member' },
  { type: 'message-posted', messageId: 'm1', by: 'alice', text: 'Why?', ask: true },
  {
    type: 'generation-started',
    generationId: 'g1',
    number: 1,
    mode: 'answer',
    messageId: 'm1',
    by: 'alice',
    model: 'claude',
  },
  {
    type: 'message-posted',
    messageId: 'm2',
    by: 'bob',
    text: 'How?',
    ask: true,
    model: 'claude-2',
  },
  { type: 'question-queued', messageId: 'm2' },
  { type: 'message-posted', messageId: 'm0', by: 'alice', text: 'Who?', ask: true },
  { type: 'question-queued', messageId: 'm0' },
] as const
const STOPPED = [
  {
    type: 'generation-ended',
    generationId: 'g1',
    number: 1,
    outcome: 'cancelled',
    end: 0,
    digest: '',
    held: true,
  },
] as const

/** A file of an earlier version, with a room of these entries as that version wrote them. */
function earlier(version: number, isHeld: boolean): { readonly path: string } {
  const path = join(mkdtempSync(join(tmpdir(), 'roomcast-schema-')), 'roomcast.sqlite')
  onTestFinished(() => rmSync(dirname(path), { recursive: true }))
  const file = new DatabaseSync(path)
  migrate(file, version)
  const entries = [...ENTRIES, ...(isHeld ? STOPPED : [])]
  const running = isHeld ? null : 1
  file
    .prepare(
      `INSERT INTO rooms (room_id, epoch, title, model, last_offset, last_at, last_number, running, held)
       VALUES ('room', 'epoch', ?, 'claude', ?, 7, 1, ?, ?)`,
    )
    .run(ENTRIES[0].title, entries.length, running, isHeld ? 1 : 0)
  const write = file.prepare(
    'INSERT INTO entries (room_id, entry_offset, type, subject, body) VALUES (?, ?, ?, ?, ?)',
  )
  for (const [index, entry] of entries.entries()) {
    const subject =
      'generationId' in entry ? entry.generationId : 'messageId' in entry ? entry.messageId : null
    const body = JSON.stringify({ offset: index + 1, at: index + 1, ...entry })
    write.run('room', index + 1, entry.type, subject, body)
  }
  file.exec(`
    INSERT INTO members (room_id, member_id, name, role)
      VALUES ('room', 'alice', 'Alice', 'owner'), ('room', 'bob', 'Bob', 'member');
    INSERT INTO queue (room_id, place, message_id, member_id) VALUES ('room', 1, 'm2', 'bob'), ('room', 2, 'm0', 'alice');
    INSERT INTO generations (room_id, number, generation_id, message_id, fence, reply_end, marks)
      VALUES ('room', 1, 'g1', 'm1', 1, 0, '[]');`)
  if (isHeld) file.exec(`UPDATE generations SET ended = '{}'`)
  file.close()
  return { path }
}

const EARLIER = Array.from({ length: 5 }, (_, index) => index + 1)

describe('[R4.2] the tables of an earlier version', () => {
  it.each(EARLIER.flatMap((version) => [true, false].map((isHeld) => ({ version, isHeld }))))(
    'are migrated to the docket that the entries fold to: version $version, held $isHeld',
    async ({ version, isHeld }) => {
      const { path } = earlier(version, isHeld)
      const database = new Database(path)
      onTestFinished(() => database.close())
      const log = new SqliteEntryLog({
        database,
        clock: new SimulatedClock(8),
      })
      const saved = database.get<{ docket: string }>('SELECT docket FROM dockets')
      const { asked, ...folded } = (await caughtUp(log, 'room', unknown('epoch'))).docket
      expect(asked.length).toBe(3)
      expect(readDocket(saved?.docket ?? '')).toEqual({ ...folded, asked: [] })
      expect(folded.queue.map(({ messageId, model }) => [messageId, model])).toEqual([
        ['m2', 'claude-2'],
        ['m0', undefined],
      ])
      const { rooms } = await log.lapsed()
      expect(rooms).toEqual(
        isHeld ? [] : [{ roomId: 'room', running: { id: 'g1', looked: undefined } }],
      )
    },
  )

  it('are migrated even with unreadable entries', async () => {
    const { path } = earlier(SCHEMA - 1, false)
    const file = new DatabaseSync(path)
    file.exec(`UPDATE entries SET body = '{' WHERE subject = 'm2'`)
    file.close()
    const database = new Database(path)
    onTestFinished(() => database.close())
    const log = new SqliteEntryLog({
      database,
      clock: new SimulatedClock(8),
    })
    const { docket } = await caughtUp(log, 'room', unknown())
    expect(docket).toMatchObject({ offset: 9, running: 'g1', queue: [{ messageId: 'm0' }] })
  })
})
