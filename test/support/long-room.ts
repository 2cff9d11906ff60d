// A room in which much has been said, without saying it: written straight into the file of a node that is not running.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface Talk {
  /** Who speaks, in turn. */
  readonly memberIds: readonly string[]
  readonly count: number
  /** What the message with this number, from 1, says. */
  readonly text: (number: number) => string
  /** When the last of them was said, ms since 1970; the others a minute apart before it. */
  readonly until: number
}

/** Adds messages to the end of a room. Gives the offset of the first of them. */
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
