// The members of each room, and the rooms of each member.
import type { MemberId, RoomId, RoomSummary } from '@roomcast/shared/protocol'
import type { Card } from '../../decide/card.ts'
import type { FoundId } from '../entry-log.ts'
import type { Database } from './database.ts'
import type { RoomRow } from './entries.ts'

export class Members {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Stores that a member has joined or gone. */
  save(roomId: RoomId, member: NonNullable<Card['member']>): void {
    if ('gone' in member) {
      const { id, gone } = member
      this.#database.run(
        'UPDATE members SET gone = ? WHERE room_id = ? AND member_id = ?',
        ...[gone, roomId, id],
      )
      return
    }
    const { id, is } = member
    this.#database.run(
      `INSERT INTO members (room_id, member_id, name, role) VALUES (?, ?, ?, ?)
       ON CONFLICT (room_id, member_id) DO UPDATE SET name = excluded.name, role = excluded.role, gone = NULL`,
      ...[roomId, id, is.name, is.role],
    )
  }

  /** Null: there never was a member with this id. */
  find(roomId: RoomId, memberId: MemberId): FoundId['member'] {
    const row = this.#database.get<{ gone: 'left' | 'removed' | null }>(
      'SELECT gone FROM members WHERE room_id = ? AND member_id = ?',
      roomId,
      memberId,
    )
    return row ? (row.gone ?? 'here') : null
  }

  /** The rooms of a member, most recently used first. */
  roomsOf(memberId: MemberId): readonly RoomSummary[] {
    const rows = this.#database.all<RoomRow & { role: RoomSummary['role'] }>(
      `SELECT rooms.*, members.role FROM members JOIN rooms USING (room_id)
       WHERE member_id = ? AND members.gone IS NULL ORDER BY last_at DESC, rooms.rowid DESC`,
      memberId,
    )
    return rows.map((room) => ({
      roomId: room.room_id,
      title: room.title,
      role: room.role,
      at: room.last_at,
      running: room.running !== null,
      offset: room.last_offset,
    }))
  }
}
