// Who is a member of a room, and who is not any more.
import type { Entry, MemberId, RoomId, RoomSummary } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { NewMember } from '../room-log.ts'
import type { Database } from './database.ts'
import type { Entries, RoomRow } from './entries.ts'

interface MemberRow {
  readonly name: string
  readonly role: string
  readonly gone: 'left' | 'removed' | null
}

export class Members {
  readonly #database: Database
  readonly #entries: Entries

  constructor(database: Database, entries: Entries) {
    this.#database = database
    this.#entries = entries
  }

  /** Somebody who is a member now. */
  of(roomId: RoomId, memberId: MemberId): Pick<MemberRow, 'name' | 'role'> | undefined {
    const row = this.#row(roomId, memberId)
    return row?.gone === null ? row : undefined
  }

  /** Somebody who was a member and is none any more. */
  isGone(roomId: RoomId, memberId: MemberId): boolean {
    return (this.#row(roomId, memberId)?.gone ?? null) !== null
  }

  /**
   * Makes sure that somebody has not left and was not removed; to come again, only the latter counts.
   * @throws Refusal `removed`
   */
  requireNotGone(roomId: RoomId, memberId: MemberId, comes: boolean): void {
    const gone = this.#row(roomId, memberId)?.gone ?? null
    if (gone === 'removed' || (gone === 'left' && !comes)) throw new Refusal('removed')
  }

  admit(roomId: RoomId, member: Omit<NewMember, 'commandId' | 'seen'>): Entry {
    const { memberId, name, role } = member
    this.#database.run(
      `INSERT INTO members (room_id, member_id, name, role) VALUES (?, ?, ?, ?)
       ON CONFLICT (room_id, member_id)
       DO UPDATE SET name = excluded.name, role = excluded.role, gone = NULL`,
      roomId,
      memberId,
      name,
      role,
    )
    return this.#entries.write(roomId, { type: 'member-joined', memberId, name, role })
  }

  /** Ends a membership; who leaves does it themselves. */
  dismiss(roomId: RoomId, memberId: MemberId, by: MemberId): Entry {
    this.#database.run(
      'UPDATE members SET gone = ? WHERE room_id = ? AND member_id = ?',
      by === memberId ? 'left' : 'removed',
      roomId,
      memberId,
    )
    return this.#entries.write(roomId, { type: 'member-left', memberId, by })
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

  #row(roomId: RoomId, memberId: MemberId): MemberRow | undefined {
    return this.#database.get(
      'SELECT name, role, gone FROM members WHERE room_id = ? AND member_id = ?',
      roomId,
      memberId,
    )
  }
}
