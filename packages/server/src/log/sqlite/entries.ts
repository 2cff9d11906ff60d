// The entries of rooms, their offsets, and which command wrote which.
import type {
  CommandId,
  Entry,
  EntryDraft,
  EntryType,
  Inviters,
  MemberId,
  RoomId,
} from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { readEntry } from '../readable.ts'
import type { Database } from './database.ts'

export interface RoomRow {
  readonly room_id: RoomId
  readonly epoch: string
  readonly title: string
  readonly model: string
  readonly last_offset: number
  readonly last_at: number
  readonly last_number: number
  readonly running: number | null
  readonly held: number
  readonly inviters: Inviters | null
}

/** Where a room ends. */
export type Last = Pick<Entry, 'offset' | 'at'>

interface CommandRow {
  readonly room_id: RoomId
  readonly type: string
  readonly first_offset: number
  readonly last_offset: number
}

interface EntryRow {
  readonly entry_offset: number
  readonly body: string
}

/** Commands are remembered this long. */
const REMEMBER_MS = 7 * 24 * 60 * 60 * 1000
/** Old ones are looked for after so many new ones. */
const FORGET_EVERY = 100

export class Entries {
  readonly #database: Database
  readonly #clock: Clock
  #remembered = 0

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** @throws Refusal `room-not-found` */
  room(roomId: RoomId): RoomRow {
    const row = this.#database.get<RoomRow>('SELECT * FROM rooms WHERE room_id = ?', roomId)
    if (!row) throw new Refusal('room-not-found')
    return row
  }

  makeRoom(room: { roomId: RoomId; epoch: string; title: string; model: string }): void {
    this.#database.run(
      `INSERT INTO rooms (room_id, epoch, title, model, last_offset, last_at, last_number, held)
       VALUES (?, ?, ?, ?, 0, 0, 0, 0)`,
      room.roomId,
      room.epoch,
      room.title,
      room.model,
    )
  }

  /** Removes a room and everything in it. @throws Refusal `room-not-found` */
  deleteRoom(roomId: RoomId): void {
    this.room(roomId)
    const tables = [
      'entries',
      'generations',
      'chunks',
      'queue',
      'members',
      'commands',
      'checkpoints',
      'rooms',
    ]
    for (const table of tables) this.#database.run(`DELETE FROM ${table} WHERE room_id = ?`, roomId)
  }

  /** Gives a draft the place after the last entry of a room, and its time, and stores it. @param last the room, or its last entry */
  write(roomId: RoomId, draft: EntryDraft, last: Last): Entry {
    const at = Math.max(this.#clock.now(), last.at)
    const entry: Entry = { offset: last.offset + 1, at, ...draft }
    this.#database.run(
      'INSERT INTO entries (room_id, entry_offset, type, subject, body) VALUES (?, ?, ?, ?, ?)',
      roomId,
      entry.offset,
      entry.type,
      subjectOf(entry),
      JSON.stringify(entry),
    )
    return entry
  }

  /** The room ends with this entry from now on. */
  moveTo(roomId: RoomId, { offset, at }: Last): void {
    this.#database.run(
      'UPDATE rooms SET last_offset = ?, last_at = ? WHERE room_id = ?',
      offset,
      at,
      roomId,
    )
  }

  /** Offset of the last entry that changed the members or ended invites. */
  lastAdmission(roomId: RoomId): number {
    const row = this.#database.get<{ entry_offset: number }>(
      `SELECT entry_offset FROM entries
       WHERE room_id = ? AND type IN ('member-joined', 'member-left', 'invites-ended')
       ORDER BY entry_offset DESC LIMIT 1`,
      roomId,
    )
    return row?.entry_offset ?? 0
  }

  after(roomId: RoomId, offset: number): Entry[] {
    return this.#parse(
      this.#database.all(
        'SELECT entry_offset, body FROM entries WHERE room_id = ? AND entry_offset > ? ORDER BY entry_offset',
        roomId,
        offset,
      ),
    )
  }

  /** The newest `limit` entries before `before` that begin a message, oldest first. */
  messagesBefore(roomId: RoomId, before: number, limit: number): Entry[] {
    const rows = this.#database.all<EntryRow>(
      `SELECT entry_offset, body FROM entries
       WHERE room_id = ? AND entry_offset < ? AND type IN ('message-posted', 'generation-started')
       ORDER BY entry_offset DESC LIMIT ?`,
      roomId,
      before,
      limit,
    )
    return this.#parse(rows.reverse())
  }

  /** The offset of the entry that began a message or generation; null when there is none. */
  firstAbout(roomId: RoomId, subject: string): number | null {
    const row = this.#database.get<{ first: number | null }>(
      `SELECT min(entry_offset) AS first FROM entries INDEXED BY entries_by_subject
       WHERE room_id = ? AND subject = ? AND type IN ('message-posted', 'generation-started')`,
      roomId,
      subject,
    )
    return row?.first ?? null
  }

  /** The last entry of a type that says something about one message or generation. */
  lastAbout<T extends EntryType>(
    roomId: RoomId,
    subject: string,
    type: T,
  ): Extract<Entry, { type: T }> | undefined {
    const row = this.#database.get<EntryRow>(
      // Without being told, SQLite walks through the whole room.
      `SELECT entry_offset, body FROM entries INDEXED BY entries_by_subject
       WHERE room_id = ? AND subject = ? AND type = ? ORDER BY entry_offset DESC LIMIT 1`,
      roomId,
      subject,
      type,
    )
    const entry = row && readEntry(row.body, row.entry_offset)
    return entry?.type === type ? (entry as Extract<Entry, { type: T }>) : undefined
  }

  /**
   * What a command wrote when it was done before, in which room; undefined when it is new.
   * @throws Refusal `bad-request` when another command had this id
   */
  repeated(
    by: MemberId,
    commandId: CommandId,
    type: string,
    roomId?: RoomId,
  ): { roomId: RoomId; entries: Entry[] } | undefined {
    const row = this.#database.get<CommandRow>(
      `SELECT room_id, type, first_offset, last_offset FROM commands
       WHERE member_id = ? AND command_id = ? AND room_id = coalesce(?, room_id)`,
      by,
      commandId,
      roomId ?? null,
    )
    if (!row) return undefined
    if (row.type !== type) throw new Refusal('bad-request', 'This commandId was another command’s.')
    const entries = this.#database.all<EntryRow>(
      `SELECT entry_offset, body FROM entries WHERE room_id = ? AND entry_offset BETWEEN ? AND ? ORDER BY entry_offset`,
      row.room_id,
      row.first_offset,
      row.last_offset,
    )
    return { roomId: row.room_id, entries: this.#parse(entries) }
  }

  remember(
    by: MemberId,
    commandId: CommandId,
    type: string,
    roomId: RoomId,
    entries: readonly Entry[],
  ): void {
    const first = entries[0]?.offset ?? 1
    this.#database.run(
      `INSERT INTO commands (member_id, command_id, room_id, type, first_offset, last_offset, at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      by,
      commandId,
      roomId,
      type,
      first,
      first + entries.length - 1,
      this.#clock.now(),
    )
    // With the first one too: a process may not live for long.
    if (this.#remembered++ % FORGET_EVERY === 0)
      this.#database.run('DELETE FROM commands WHERE at < ?', this.#clock.now() - REMEMBER_MS)
  }

  #parse(rows: readonly EntryRow[]): Entry[] {
    return rows.map(({ body, entry_offset }) => readEntry(body, entry_offset))
  }
}

/** The message or generation that later entries can be about. */
function subjectOf(entry: Entry): string | null {
  if ('generationId' in entry) return entry.generationId
  return 'messageId' in entry ? entry.messageId : null
}
