// The room log in one SQLite file: the default, nothing to install. One process owns the file, so what is
// running when it is opened has lost its owner (`recover`), and no lease is needed.
import type {
  Delta,
  GenerationEnded,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import { CHECKPOINT_VERSION } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type {
  Amendment,
  AppendReply,
  EndResult,
  Follower,
  NewEnd,
  NewMember,
  NewPost,
  NewRoom,
  NewStart,
  Owned,
  Page,
  Reading,
  Resumption,
  RoomLog,
  Started,
  Waiting,
  Withdrawal,
  Written,
} from '../room-log.ts'
import { INTERRUPTED, type MemberCommand } from '../../decide/commands.ts'
import { actorOf, refusedAsGone } from '../../decide/gone.ts'
import { type Batch, Batches } from './batches.ts'
import type { Damage } from './data-file.ts'
import { Database } from './database.ts'
import { Dockets } from './dockets.ts'
import { Entries } from './entries.ts'
import { Followers } from '../followers.ts'
import { Generations, refuseOwner } from './generations.ts'
import { Members } from './members.ts'
import { waitingHeads } from './queue.ts'
import { readPage, readRoom } from './reading.ts'
import { Replies } from './replies.ts'

export interface SqliteRoomLogOptions {
  /** Closed with the log. */
  readonly database: Database
  readonly clock: Clock
  /** Makes a fresh random id. */
  readonly newId: () => string
  /** Hears what a follower throws. */
  readonly onFollowerError?: (error: unknown) => void
}

export interface OpenSqliteOptions extends Omit<SqliteRoomLogOptions, 'database'> {
  /** A file, made if missing, or `:memory:`. */
  readonly path: string
  /** See Database. */
  readonly onDamage?: (damage: Damage) => void
}

/**
 * Opens the log in a file of its own.
 * @throws DataInUse when another process has the file open
 */
export function openSqliteRoomLog({
  path,
  onDamage,
  ...options
}: OpenSqliteOptions): Promise<SqliteRoomLog> {
  return Promise.resolve().then(
    () => new SqliteRoomLog({ ...options, database: new Database(path, onDamage) }),
  )
}

export class SqliteRoomLog implements RoomLog {
  readonly #database: Database
  readonly #entries: Entries
  readonly #replies: Replies
  readonly #dockets: Dockets
  readonly #batches: Batches
  readonly #generations: Generations
  readonly #members: Members
  readonly #followers: Followers
  readonly #newId: () => string

  constructor(options: SqliteRoomLogOptions) {
    const { database } = options
    const entries = new Entries(database, options.clock)
    const replies = new Replies(database)
    const dockets = new Dockets(database, entries)
    this.#database = database
    this.#entries = entries
    this.#replies = replies
    this.#dockets = dockets
    this.#batches = new Batches({ entries, replies, dockets })
    this.#generations = new Generations(entries, replies)
    this.#members = new Members(database)
    this.#followers = new Followers(options.onFollowerError ?? throwLater)
    this.#newId = options.newId
  }

  async createRoom(room: NewRoom): Promise<Written> {
    const commandId = `room:${room.commandId}`
    return this.#command(room.roomId, { type: 'create', ...room, commandId })
  }

  async join(roomId: RoomId, member: NewMember): Promise<Written> {
    return this.#command(roomId, { type: 'join', ...member })
  }

  async post(roomId: RoomId, post: NewPost): Promise<Written> {
    return this.#command(roomId, { type: 'post', ...post })
  }

  async start(roomId: RoomId, start: NewStart): Promise<Written> {
    return this.#command(roomId, { type: 'start', ...start })
  }

  async withdraw(roomId: RoomId, withdrawal: Withdrawal): Promise<Written> {
    return this.#command(roomId, { type: 'withdraw', ...withdrawal })
  }

  async resume(roomId: RoomId, resumption: Resumption): Promise<Written> {
    return this.#command(roomId, { type: 'resume', ...resumption })
  }

  async amend(roomId: RoomId, amendment: Amendment): Promise<Written> {
    return this.#command(roomId, amendment)
  }

  async appendReply(owned: Owned, at: number, text: string, mark?: Kind): Promise<AppendReply> {
    const { roomId } = owned
    let delta: Delta | null = null
    const result = this.#database.transaction('reply', (): AppendReply => {
      const row = this.#generations.get(roomId, owned.generationId)
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

  async end(roomId: RoomId, end: NewEnd): Promise<EndResult> {
    const { generationId } = end
    const before = this.#generations.endedBefore(roomId, end)
    if (before) {
      const started = this.#generations.settle(roomId, before.entries)
      return { ok: true, ...before, started }
    }
    let final: Delta | null = null
    const result = this.#database.transactionWithReserve('entry', (isFull) => {
      const row = this.#generations.get(roomId, generationId)
      const command = { type: 'end', ...end } as const
      const gone = refusedAsGone(this.#dockets.of(this.#entries.room(roomId)), command)
      if (gone) throw gone
      const refused = refuseOwner(row, end.fence)
      if (refused) return refused
      if (end.final) {
        const { at, text, mark } = end.final
        const grown = this.#replies.grow(roomId, row, at, text, mark)
        if (!grown.ok) return { ok: false, refused: 'elsewhere', end: grown.end } as const
        final = grown.delta
      }
      // Where there is no room for it, nothing begins; it does when there is (`recover`).
      const next = isFull ? null : end.next
      return { ok: true, batch: this.#batches.write(roomId, { ...command, next }, isFull) } as const
    })
    if (!result.ok) return result
    const { entries } = result.batch
    // Before followers hear of anything, the generation that may have begun has its owner.
    const started = this.#keep(result.batch)
    if (final) this.#followers.tell(roomId, final)
    this.#show(result.batch)
    return { ok: true, entries, ended: entries[0] as GenerationEnded, started }
  }

  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[] = (all) => all,
  ): Promise<readonly Started[]> {
    const running = this.#database.all<{ room_id: RoomId }>(
      'SELECT room_id FROM rooms WHERE running IS NOT NULL',
    )
    for (const { room_id } of running) this.#interrupt(room_id)
    const started: Started[] = []
    try {
      for (const { roomId } of choose(waitingHeads(this.#database, this.#entries))) {
        const one = this.#promote(roomId, newId())
        if (one) started.push(one)
      }
    } catch (error) {
      // What has started before the disk was full is to be run.
      if (started.length === 0) throw error
    }
    return started
  }

  async read(roomId: RoomId): Promise<Reading> {
    return readRoom(this.#database, this.#entries, this.#replies, roomId)
  }

  async page(roomId: RoomId, before: number, limit: number): Promise<Page> {
    return readPage(this.#entries, this.#replies, roomId, before, limit)
  }

  async offsetOf(roomId: RoomId, id: string): Promise<number | null> {
    return this.#entries.firstAbout(roomId, id)
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

  async follow(roomId: RoomId, follower: Follower): Promise<() => void> {
    this.#entries.room(roomId)
    return this.#followers.add(roomId, follower)
  }

  readonly isMember: RoomLog['isMember'] = async (...who) => this.#members.isMember(...who)

  readonly isGone: RoomLog['isGone'] = async (...who) => this.#members.isGone(...who)

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#members.roomsOf(memberId)
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    this.#database.transaction('entry', () => {
      this.#entries.deleteRoom(roomId)
    })
    this.#dockets.forget(roomId)
    this.#followers.tell(roomId, { type: 'deleted' })
  }

  /** Whether something would be saved now. @throws Refusal `storage-full`, `storage-unavailable` */
  async askToSave(): Promise<void> {
    this.#database.askToSave()
  }

  /** A sign of life. @throws Refusal `storage-unavailable` when the file is not what it was, or cannot be read */
  async ping(): Promise<void> {
    this.#database.requireFile()
    this.#database.get('SELECT 1 FROM rooms LIMIT 1')
  }

  async close(): Promise<void> {
    this.#followers.clear()
    this.#database.close()
  }

  /** One command: answered from memory when repeated, else decided and written in one step, remembered, and shown. */
  #command(roomId: RoomId, command: MemberCommand): Written {
    const by = actorOf(command)
    const kind = command.type === 'start' ? command.mode : command.type
    const isNew = command.type === 'create'
    const done = this.#database.transaction('entry', () => {
      const where = isNew ? undefined : roomId
      const before = this.#entries.repeated(by, command.commandId, kind, where)
      if (before) return before
      if (isNew) this.#entries.makeRoom({ ...command, epoch: this.#newId() })
      const batch = this.#batches.write(roomId, command)
      this.#entries.remember(by, command.commandId, kind, roomId, batch.entries)
      return batch
    })
    if (!('docket' in done)) return { entries: done.entries, started: null }
    const started = this.#keep(done)
    this.#show(done)
    return { entries: done.entries, started }
  }

  /** Once it is committed. @returns the generation that is the caller's to run now */
  #keep({ roomId, docket, entries }: Batch): Started | null {
    this.#dockets.keep(roomId, docket)
    return this.#generations.settle(roomId, entries)
  }

  #show({ roomId, epoch, entries }: Batch): void {
    if (entries.length === 0) return
    this.#followers.tell(roomId, { type: 'entries', epoch, entries })
  }

  #promote(roomId: RoomId, generationId: GenerationId): Started | null {
    const batch = this.#database.transaction('entry', () =>
      this.#batches.write(roomId, { type: 'promote', generationId }),
    )
    const started = this.#keep(batch)
    this.#show(batch)
    return started
  }

  /** Ends what runs in a room, unless this process runs it. */
  #interrupt(roomId: RoomId): void {
    const { running } = this.#dockets.of(this.#entries.room(roomId))
    if (running === null || this.#generations.isOurs(running)) return
    const end = { generationId: running, outcome: 'interrupted', error: INTERRUPTED } as const
    const batch = this.#database.transactionWithReserve('entry', (isFull) =>
      this.#batches.write(roomId, { type: 'end', ...end, next: null }, isFull),
    )
    this.#keep(batch)
    this.#show(batch)
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
