// The questions that wait in a room, in the order they came.
import type { MemberId, MessageId, RoomId } from '@roomcast/shared/protocol'
import type { Database } from './database.ts'

export class Queue {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  length(roomId: RoomId): number {
    return this.#count('SELECT count(*) AS count FROM queue WHERE room_id = ?', roomId)
  }

  lengthOf(roomId: RoomId, memberId: MemberId): number {
    return this.#count(
      'SELECT count(*) AS count FROM queue WHERE room_id = ? AND member_id = ?',
      roomId,
      memberId,
    )
  }

  head(roomId: RoomId): { messageId: MessageId; by: MemberId } | undefined {
    const row = this.#database.get<{ message_id: MessageId; member_id: MemberId }>(
      'SELECT message_id, member_id FROM queue WHERE room_id = ? ORDER BY place LIMIT 1',
      roomId,
    )
    return row && { messageId: row.message_id, by: row.member_id }
  }

  /** Rooms in which nothing runs and the queue is not held, that asked longest ago first. */
  waitingRooms(): RoomId[] {
    const rows = this.#database.all<{ room_id: RoomId }>(
      `SELECT rooms.room_id FROM rooms JOIN queue USING (room_id)
       WHERE running IS NULL AND held = 0 GROUP BY rooms.room_id ORDER BY last_at`,
    )
    return rows.map(({ room_id }) => room_id)
  }

  add(roomId: RoomId, messageId: MessageId, by: MemberId): void {
    this.#database.run(
      `INSERT INTO queue (room_id, place, message_id, member_id)
       SELECT ?, coalesce(max(place), 0) + 1, ?, ? FROM queue WHERE room_id = ?`,
      roomId,
      messageId,
      by,
      roomId,
    )
  }

  /** The questions of a member, in their order. */
  of(roomId: RoomId, memberId: MemberId): MessageId[] {
    const rows = this.#database.all<{ message_id: MessageId }>(
      'SELECT message_id FROM queue WHERE room_id = ? AND member_id = ? ORDER BY place',
      roomId,
      memberId,
    )
    return rows.map(({ message_id }) => message_id)
  }

  /** @returns whether it was waiting */
  remove(roomId: RoomId, messageId: MessageId): boolean {
    const before = this.length(roomId)
    this.#database.run('DELETE FROM queue WHERE room_id = ? AND message_id = ?', roomId, messageId)
    return this.length(roomId) < before
  }

  #count(sql: string, ...values: string[]): number {
    return this.#database.get<{ count: number }>(sql, ...values)?.count ?? 0
  }
}
