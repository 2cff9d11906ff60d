// The log of entries in one SQLite file: the default, with nothing to install. One process owns the file, so a generation
// that is running when the file is opened has lost its owner (`lapsed`), and no leases are needed.
import type {
  Delta,
  Entry,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import { CHECKPOINT_VERSION, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { cardOf } from '../../decide/cards.ts'
import { messageFactOf } from '../../decide/facts.ts'
import type {
  Append,
  Appended,
  AppendReply,
  EntryLog,
  Found,
  FoundId,
  Footing,
  Lapsed,
  LapsedRoom,
  Listener,
  Moved,
  Owned,
  Page,
  Reading,
} from '../entry-log.ts'
import { Followers } from '../followers.ts'
import { type AppendedHere, Appending } from './appending.ts'
import type { Database } from './database.ts'
import { Entries, type RoomRow } from './entries.ts'
import { Members } from './members.ts'
import { readPage, readRoom } from './reading.ts'
import { refuseOwner, Replies } from './replies.ts'

export interface SqliteEntryLogOptions {
  /** Closed with the log. */
  readonly database: Database
  readonly clock: Clock
  /** Receives errors thrown by followers. */
  readonly onFollowerError?: (error: unknown) => void
}

export class SqliteEntryLog implements EntryLog {
  readonly #database: Database
  readonly #entries: Entries
  readonly #replies: Replies
  readonly #members: Members
  readonly #appending: Appending
  readonly #followers: Followers
  /** The running generations that this process started itself, and therefore owns; only committed ones. */
  readonly #ours = new Set<GenerationId>()

  constructor({ database, clock, onFollowerError = throwLater }: SqliteEntryLogOptions) {
    const entries = new Entries(database, clock)
    const replies = new Replies(database)
    const members = new Members(database)
    this.#database = database
    this.#entries = entries
    this.#replies = replies
    this.#members = members
    this.#appending = new Appending({ database, entries, replies, members })
    this.#followers = new Followers(onFollowerError)
  }

  async append(roomId: RoomId, append: Append): Promise<Appended> {
    const write = (isFull: boolean) => this.#appending.append(roomId, append, isFull)
    const { delta, epoch, ...appended }: AppendedHere = append.ends
      ? this.#database.transactionWithReserve('entry', write)
      : this.#database.transaction('entry', () => write(false))
    if (appended.type === 'ended' && appended.start) this.#own([appended.start])
    if (appended.type !== 'ok' || appended.entries.length === 0) return appended
    // A new generation gets its owner before followers hear of it.
    this.#own(appended.entries)
    if (delta) this.#followers.tell(roomId, delta)
    const { entries } = appended
    if (epoch !== undefined) this.#followers.tell(roomId, { type: 'entries', epoch, entries })
    return appended
  }

  async appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    const { roomId } = owned
    let delta: Delta | null = null
    const result = this.#database.transaction('reply', (): AppendReply => {
      this.#entries.room(roomId)
      const row = this.#replies.byId(roomId, owned.generationId)
      if (!row) throw new Refusal('generation-not-found')
      const refused = refuseOwner(row, owned.fence)
      if (refused) return refused
      const grown = this.#replies.grow(roomId, row, at, text, mark)
      if (!grown.ok) return { ok: false, refused: 'elsewhere', end: grown.end }
      delta = grown.delta
      return { ok: true, end: grown.end }
    })
    if (delta) this.#followers.tell(roomId, delta)
    return result
  }

  async renew(owned: Owned): Promise<boolean> {
    this.#entries.room(owned.roomId)
    const row = this.#replies.byId(owned.roomId, owned.generationId)
    return row !== undefined && refuseOwner(row, owned.fence) === null
  }

  async lapsed(): Promise<Lapsed> {
    const rows = this.#database.all<RoomRow>(
      `SELECT * FROM rooms WHERE running IS NOT NULL OR waits <> '' ORDER BY last_at`,
    )
    const rooms = rows.flatMap(({ room_id: roomId, running: number }): LapsedRoom[] => {
      if (number === null) return [{ roomId, running: null }]
      const id = this.#replies.byNumber(roomId, number)?.generation_id ?? ''
      return this.#ours.has(id) ? [] : [{ roomId, running: { id, looked: undefined } }]
    })
    return { rooms, pass: () => Promise.resolve() }
  }

  async read(roomId: RoomId): Promise<Reading> {
    return readRoom(this.#database, this.#entries, this.#replies, roomId)
  }

  async page(roomId: RoomId, before: number, limit: number): Promise<Page> {
    return readPage(this.#entries, this.#replies, roomId, before, limit)
  }

  async find(
    roomId: RoomId,
    ids: readonly string[],
    footing: Footing | null,
  ): Promise<Found | Moved> {
    const room = this.#entries.room(roomId)
    const moved = footing && this.#appending.moved(room, footing)
    return moved ?? { type: 'found', found: ids.map((id) => this.#findOne(roomId, id)) }
  }

  async checkpoint(state: RoomState): Promise<void> {
    this.#database.transaction('reply', () => {
      const room = this.#entries.room(state.roomId)
      const fits = room.epoch === state.epoch && state.offset <= room.last_offset
      if (!fits || state.running !== null || state.outdated) return
      this.#database.run(
        `INSERT INTO checkpoints (room_id, version, state_offset, state) VALUES (?, ?, ?, ?)
         ON CONFLICT (room_id) DO UPDATE
         SET version = excluded.version, state_offset = excluded.state_offset, state = excluded.state
         WHERE excluded.version > checkpoints.version OR excluded.state_offset > state_offset`,
        state.roomId,
        CHECKPOINT_VERSION,
        state.offset,
        JSON.stringify(state),
      )
    })
  }

  async follow(roomId: RoomId, listener: Listener): Promise<() => void> {
    this.#entries.room(roomId)
    return this.#followers.add(roomId, listener)
  }

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#members.roomsOf(memberId)
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    this.#database.transaction('entry', () => {
      this.#entries.deleteRoom(roomId)
    })
    this.#followers.tell(roomId, { type: 'deleted' })
  }

  /** Checks whether something could be saved now. @throws Refusal `storage-full`, `storage-unavailable` */
  async askToSave(): Promise<void> {
    this.#database.askToSave()
  }

  /** Checks that the file can be read. @throws Refusal `storage-unavailable` if it is damaged or cannot be read */
  async ping(): Promise<void> {
    this.#database.requireFile()
    this.#database.get('SELECT 1 FROM rooms LIMIT 1')
  }

  async close(): Promise<void> {
    this.#followers.clear()
    this.#database.close()
  }

  #findOne(roomId: RoomId, id: string): FoundId {
    const row = this.#replies.byId(roomId, id)
    const messageId = row?.message_id ?? id
    return {
      message: messageFactOf(this.#entries.about(roomId, messageId)),
      generation: row ? { messageId, hasEnded: row.ended !== null } : null,
      offset: this.#entries.firstAbout(roomId, id),
      member: this.#members.find(roomId, id),
    }
  }

  /** Records that this process owns generations that started, and no longer those that ended. */
  #own(entries: readonly Entry[]): void {
    for (const { starts, ends } of entries.map(cardOf)) {
      if (ends !== undefined) this.#ours.delete(ends)
      if (starts) this.#ours.add(starts.id)
    }
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
