// Who is a member of a room, and of which rooms somebody is one.
import type { MemberId, RoomId, RoomSummary } from '@roomcast/shared/protocol'
import type { Database } from './database.ts'
import type { RoomRow } from './entries.ts'

export class Members {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Somebody who is a member now. */
  isMember(roomId: RoomId, memberId: MemberId): boolean {
    return this.#row(roomId, memberId)?.gone === null
  }

  /** Somebody who was a member and is none any more. */
  isGone(roomId: RoomId, memberId: MemberId): boolean {
    return (this.#row(roomId, memberId)?.gone ?? null) !== null
  }

  /** The rooms that somebody is a member of, last used first. */
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

  #row(roomId: RoomId, memberId: MemberId): { readonly gone: string | null } | undefined {
    return this.#database.get(
      'SELECT gone FROM members WHERE room_id = ? AND member_id = ?',
      roomId,
      memberId,
    )
  }
}
