import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from './schema.ts'

function migrated(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  migrate(database)
  return database
}

describe('the tables', () => {
  it('are brought to the present version once', () => {
    const database = migrated()
    const version = database.prepare('PRAGMA user_version').get()
    migrate(database)
    expect(database.prepare('PRAGMA user_version').get()).toEqual(version)
  })

  it('[R7.1] find the last of a kind about a message without a walk through its edits', () => {
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
