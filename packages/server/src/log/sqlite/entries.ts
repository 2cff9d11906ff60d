// The entries of rooms, their offsets, and the commands that wrote them.
import type { Entry, EntryDraft, EntryType, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { BEGINNINGS, LATER } from '../../decide/cards.ts'
import { commandReused } from '../command-reused.ts'
import type { Decided } from '../entry-log.ts'
import { MOST_BEHIND, MOST_BYTES_BEHIND, REMEMBER_MS } from '../limits.ts'
import { readEntry } from '../readable.ts'
import type { Database } from './database.ts'

export interface RoomRow {
  readonly room_id: RoomId
  readonly epoch: string
  readonly title: string
  readonly last_offset: number
  readonly last_at: number
  readonly last_number: number
  readonly running: number | null
  /** Offset of the last entry that decisions depend on. */
  readonly ground: number
  /** The highest version of the rules that has written in the room. */
  readonly rules: number
  /** The question that may start as soon as nothing runs; empty: none. */
  readonly waits: string
}

/** Offset and time of a room's last entry. */
export type Last = Pick<Entry, 'offset' | 'at'>

interface CommandRow {
  readonly type: string
  readonly first_offset: number
  readonly last_offset: number
}

interface EntryRow {
  readonly entry_offset: number
  readonly body: string
}

/** The types as SQL; the index `entries_of_messages` covers them. */
const BEGIN = BEGINNINGS.map((type) => `'${type}'`).join(', ')
/** Old commands are deleted after every this many new ones. */
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
    const row = this.roomIfAny(roomId)
    if (!row) throw new Refusal('room-not-found')
    return row
  }

  roomIfAny(roomId: RoomId): RoomRow | undefined {
    return this.#database.get<RoomRow>('SELECT * FROM rooms WHERE room_id = ?', roomId)
  }

  /** Creates an empty room. */
  makeRoom(roomId: RoomId, epoch: string): RoomRow {
    this.#database.run(
      `INSERT INTO rooms (room_id, epoch, title, last_offset, last_at, last_number) VALUES (?, ?, '', 0, 0, 0)`,
      roomId,
      epoch,
    )
    return this.room(roomId)
  }

  /** Deletes a room and everything in it. @throws Refusal `room-not-found` */
  deleteRoom(roomId: RoomId): void {
    this.room(roomId)
    const tables = [
      'entries',
      'generations',
      'chunks',
      'members',
      'commands',
      'checkpoints',
      'dockets',
      'rooms',
    ]
    for (const table of tables) this.#database.run(`DELETE FROM ${table} WHERE room_id = ?`, roomId)
  }

  /** Gives a draft its time and the offset after the last entry, and stores it. @param last entry of the room so far */
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

  /** Stores the fields of a room. */
  saveRoom(room: RoomRow): void {
    const { title, last_offset, last_at, last_number, running, ground, rules, waits } = room
    this.#database.run(
      `UPDATE rooms SET title = ?, last_offset = ?, last_at = ?, last_number = ?, running = ?, ground = ?, rules = ?, waits = ?
       WHERE room_id = ?`,
      ...[title, last_offset, last_at, last_number, running, ground, rules, waits],
      room.room_id,
    )
  }

  /** The next entries after an offset up to another, and the body of the last of them. */
  between(roomId: RoomId, offset: number, last: number) {
    const rows = this.#database.all<EntryRow>(
      'SELECT entry_offset, body FROM entries WHERE room_id = ? AND entry_offset > ? AND entry_offset <= ? ORDER BY entry_offset LIMIT ?',
      ...[roomId, offset, last, MOST_BEHIND],
    )
    let characters = 0
    const beyond = rows.findIndex(
      ({ body }, index) => (characters += body.length) > MOST_BYTES_BEHIND && index > 0,
    )
    const some = beyond < 0 ? rows : rows.slice(0, beyond)
    return { entries: this.#parse(some), lastBody: some.at(-1)?.body ?? '' }
  }

  /** The stored JSON of an entry; empty: there is none. */
  bodyAt(roomId: RoomId, offset: number): string {
    const row = this.#database.get<EntryRow>(
      'SELECT entry_offset, body FROM entries WHERE room_id = ? AND entry_offset = ?',
      roomId,
      offset,
    )
    return row?.body ?? ''
  }

  /** All entries after an offset, in order. */
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
       WHERE room_id = ? AND entry_offset < ? AND type IN (${BEGIN})
       ORDER BY entry_offset DESC LIMIT ?`,
      roomId,
      before,
      limit,
    )
    return this.#parse(rows.reverse())
  }

  /** The offset of the entry that began a message or generation; null: there is none. */
  firstAbout(roomId: RoomId, subject: string): number | null {
    const row = this.#database.get<{ first: number | null }>(
      `SELECT min(entry_offset) AS first FROM entries INDEXED BY entries_by_subject
       WHERE room_id = ? AND subject = ? AND type IN (${BEGIN})`,
      roomId,
      subject,
    )
    return row?.first ?? null
  }

  /** The entry that began a message or generation, if there is one, and the last of each kind about it. */
  about(roomId: RoomId, subject: string): Entry[] {
    return [...BEGINNINGS, ...LATER].flatMap((type) => this.last(roomId, subject, type) ?? [])
  }

  /** The last entry of each kind about a message or generation. */
  later(roomId: RoomId, subject: string): Entry[] {
    return LATER.flatMap((type) => this.last(roomId, subject, type) ?? [])
  }

  /** The last entry of a type about a message or generation. */
  last(roomId: RoomId, subject: string, type: EntryType): Entry | undefined {
    const row = this.#database.get<EntryRow>(
      // Without INDEXED BY, SQLite scans the whole room.
      `SELECT entry_offset, body FROM entries INDEXED BY entries_by_subject
       WHERE room_id = ? AND subject = ? AND type = ? ORDER BY entry_offset DESC LIMIT 1`,
      roomId,
      subject,
      type,
    )
    const entry = row && readEntry(row.body, row.entry_offset)
    return entry?.type === type ? entry : undefined
  }

  /** The entries of a command that was done before, or a refusal if its id was used by another kind; undefined: it is new. */
  repeated(
    roomId: RoomId,
    { by, id, kind }: NonNullable<Decided['name']>,
  ): readonly Entry[] | Refusal | undefined {
    const row = this.#database.get<CommandRow>(
      `SELECT type, first_offset, last_offset FROM commands
       WHERE member_id = ? AND command_id = ? AND room_id = ?`,
      by,
      id,
      roomId,
    )
    if (!row) return undefined
    if (row.type !== kind) return commandReused()
    const entries = this.#database.all<EntryRow>(
      `SELECT entry_offset, body FROM entries WHERE room_id = ? AND entry_offset BETWEEN ? AND ? ORDER BY entry_offset`,
      roomId,
      row.first_offset,
      row.last_offset,
    )
    return this.#parse(entries)
  }

  /** @param first offset of the command's first entry; `last` is that of its last, or one less if it wrote none */
  remember(
    roomId: RoomId,
    { by, id, kind }: NonNullable<Decided['name']>,
    first: number,
    last: number,
  ): void {
    this.#database.run(
      `INSERT INTO commands (member_id, command_id, room_id, type, first_offset, last_offset, at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[by, id, roomId, kind, first, last, this.#clock.now()],
    )
    // Also with the first command, since a process may not live long.
    if (this.#remembered++ % FORGET_EVERY === 0)
      this.#database.run('DELETE FROM commands WHERE at < ?', this.#clock.now() - REMEMBER_MS)
  }

  #parse(rows: readonly EntryRow[]): Entry[] {
    return rows.map(({ body, entry_offset }) => readEntry(body, entry_offset))
  }
}

/** The message or generation that later entries can be about. */
export function subjectOf(entry: Entry): string | null {
  if ('generationId' in entry) return entry.generationId
  return 'messageId' in entry ? entry.messageId : null
}
