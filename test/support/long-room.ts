// A room with many messages, written straight into the file of a node that is not running.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface Talk {
  /** The authors, in turn. */
  readonly memberIds: readonly string[]
  readonly count: number
  /** The text of the message with this number, from 1. */
  readonly text: (number: number) => string
  /** The time of the last message, ms since 1970; the others precede it a minute apart. */
  readonly until: number
}

/** Appends messages to a room. Returns the offset of the first of them. */
export function lengthenRoom(dataDirectory: string, roomId: string, talk: Talk): number {
  const database = new DatabaseSync(join(dataDirectory, 'roomcast.sqlite'))
  const room = database.prepare('SELECT last_offset FROM rooms WHERE room_id = ?').get(roomId) as {
    last_offset: number
  }
  const insert = database.prepare(
    'INSERT INTO entries (room_id, entry_offset, type, subject, body) VALUES (?, ?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (let number = 1; number <= talk.count; number++) {
    const messageId = `said-${room.last_offset + number}`
    const entry = {
      type: 'message-posted',
      offset: room.last_offset + number,
      at: talk.until - (talk.count - number) * 60_000,
      messageId,
      by: talk.memberIds[number % talk.memberIds.length],
      text: talk.text(number),
      ask: false,
    }
    insert.run(roomId, entry.offset, entry.type, messageId, JSON.stringify(entry))
  }
  database
    .prepare('UPDATE rooms SET last_offset = ?, last_at = ? WHERE room_id = ?')
    .run(room.last_offset + talk.count, talk.until, roomId)
  database.exec('DELETE FROM checkpoints')
  database.exec('COMMIT')
  database.close()
  return room.last_offset + 1
}
