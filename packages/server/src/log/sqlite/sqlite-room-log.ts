// The room log in one SQLite file: the default, nothing to install. One process owns the file, so what is
// running when it is opened has lost its owner (`recover`), and no lease is needed.
import type {
  Delta,
  Entry,
  EntryDraft,
  GenerationId,
  Kind,
  MemberId,
  RoomId,
  RoomState,
  RoomSummary,
} from '@roomcast/shared/protocol'
import { CHECKPOINT_VERSION, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import {
  AdmissionChanged,
  type Amendment,
  type AppendReply,
  type EndResult,
  type Follower,
  type NewEnd,
  type NewMember,
  type NewPost,
  type NewRoom,
  type NewStart,
  type Owned,
  type Page,
  type Reading,
  type RoomLog,
  type Started,
  type Waiting,
  type Written,
} from '../room-log.ts'
import { Amendments } from './amendments.ts'
import type { Damage } from './data-file.ts'
import { Database } from './database.ts'
import { Entries, NO_ROOM, type RoomRow } from './entries.ts'
import { Followers } from '../followers.ts'
import { Generations, refuseOwner } from './generations.ts'
import { Members } from './members.ts'
import { Posts } from './posts.ts'
import { Queue } from './queue.ts'
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
  readonly #queue: Queue
  readonly #followers: Followers
  readonly #generations: Generations
  readonly #members: Members
  readonly #amendments: Amendments
  readonly #posts: Posts
  readonly #newId: () => string

  constructor(options: SqliteRoomLogOptions) {
    const { database } = options
    this.#database = database
    this.#entries = new Entries(database, options.clock)
    this.#replies = new Replies(database)
    this.#queue = new Queue(database)
    this.#generations = new Generations(database, this.#entries, this.#replies, this.#queue)
    this.#members = new Members(database, this.#entries)
    const parts = {
      database,
      entries: this.#entries,
      queue: this.#queue,
      generations: this.#generations,
      members: this.#members,
    }
    this.#amendments = new Amendments(parts)
    this.#posts = new Posts(parts)
    this.#followers = new Followers(options.onFollowerError ?? throwLater)
    this.#newId = options.newId
  }

  async createRoom({ commandId, owner, ...room }: NewRoom): Promise<Written> {
    const by = { memberId: owner.memberId, commandId: `room:${commandId}`, type: 'create' }
    const { roomId, title, model, instructions } = room
    return this.#command(by, undefined, () => {
      this.#entries.makeRoom({ roomId, epoch: this.#newId(), title, model })
      const created = this.#write(roomId, {
        type: 'room-created',
        roomId,
        title,
        model,
        instructions,
      })
      return {
        roomId,
        entries: [created, this.#members.admit(roomId, { ...owner, role: 'owner' })],
      }
    })
  }

  async join(roomId: RoomId, { commandId, seen, ...member }: NewMember): Promise<Written> {
    return this.#command({ memberId: member.memberId, commandId, type: 'join' }, roomId, () => {
      const changed = this.#entries.lastAdmission(roomId)
      if (seen !== undefined && changed > seen) throw new AdmissionChanged(changed)
      const known = this.#members.of(roomId, member.memberId)
      const same = known?.name === member.name && known.role === member.role
      return { roomId, entries: same ? [] : [this.#members.admit(roomId, member)] }
    })
  }

  async post(roomId: RoomId, post: NewPost): Promise<Written> {
    const { by, commandId } = post
    return this.#command({ memberId: by, commandId, type: 'post' }, roomId, (room) => ({
      roomId,
      entries: this.#posts.write(room, post),
    }))
  }

  async start(roomId: RoomId, start: NewStart): Promise<Written> {
    const { by, commandId, generationId, mode, of } = start
    return this.#command({ memberId: by, commandId, type: mode }, roomId, (room) => {
      if (room.running !== null) throw new Refusal('generation-running')
      const earlier = this.#replies.byId(roomId, of)
      if (!earlier) throw new Refusal('generation-not-found')
      if (earlier.ended === null) throw new Refusal('generation-not-ended')
      const messageId = earlier.message_id
      if (this.#entries.lastAbout(roomId, messageId, 'message-retracted'))
        throw new Refusal('message-not-found')
      return {
        roomId,
        entries: [this.#generations.start(roomId, { generationId, mode, messageId, by, of })],
      }
    })
  }

  async withdraw(
    roomId: RoomId,
    { by, commandId, messageId }: Parameters<RoomLog['withdraw']>[1],
  ): Promise<Written> {
    return this.#command({ memberId: by, commandId, type: 'withdraw' }, roomId, () => {
      const posted = this.#entries.lastAbout(roomId, messageId, 'message-posted')
      if (!posted) throw new Refusal('message-not-found')
      if (posted.by !== by) throw new Refusal('not-yours')
      if (!this.#generations.unqueue(roomId, messageId)) throw new Refusal('not-queued')
      return {
        roomId,
        entries: [this.#write(roomId, { type: 'question-withdrawn', messageId, by })],
      }
    })
  }

  async resume(
    roomId: RoomId,
    { by, commandId, generationId }: Parameters<RoomLog['resume']>[1],
  ): Promise<Written> {
    return this.#command({ memberId: by, commandId, type: 'resume' }, roomId, (room) => {
      if (room.held === 0) throw new Refusal('queue-not-held')
      this.#generations.hold(roomId, false)
      const resumed = this.#write(roomId, { type: 'queue-resumed', by })
      const started = generationId && this.#generations.promote(roomId, generationId)
      return { roomId, entries: started ? [resumed, started] : [resumed] }
    })
  }

  async amend(roomId: RoomId, amendment: Amendment): Promise<Written> {
    const { by, commandId, type } = amendment
    return this.#command({ memberId: by, commandId, type }, roomId, () => ({
      roomId,
      entries: this.#amendments.write(roomId, amendment),
    }))
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
      let row = this.#generations.get(roomId, generationId)
      if (end.by !== undefined) this.#members.requireNotGone(roomId, end.by, false)
      const refused = refuseOwner(row, end.fence)
      if (refused) return refused
      if (end.final) {
        const { at, text, mark } = end.final
        const grown = this.#replies.grow(roomId, row, at, text, mark)
        if (!grown.ok) return { ok: false, refused: 'elsewhere', end: grown.end } as const
        final = grown.delta
        row = this.#generations.get(roomId, generationId)
      }
      // Where there is no room for it, nothing begins; it does when there is (`recover`).
      const next = isFull ? null : end.next
      return {
        ok: true,
        ...this.#generations.close(roomId, row, { ...end, next }, isFull),
      } as const
    })
    if (!result.ok) return result
    const started = this.#generations.settle(roomId, result.entries)
    if (final) this.#followers.tell(roomId, final)
    this.#show(roomId, result.entries)
    return { ...result, started }
  }

  async recover(
    newId: () => GenerationId,
    choose: (waiting: readonly Waiting[]) => readonly Waiting[] = (all) => all,
  ): Promise<readonly Started[]> {
    const running = this.#database.all<{ room_id: RoomId; running: number }>(
      'SELECT room_id, running FROM rooms WHERE running IS NOT NULL',
    )
    for (const room of running) this.#interrupt(room.room_id, room.running)
    const started: Started[] = []
    try {
      for (const { roomId } of choose(this.#posts.waiting())) {
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

  readonly isMember: RoomLog['isMember'] = async (...who) => this.#members.of(...who) !== undefined

  readonly isGone: RoomLog['isGone'] = async (...who) => this.#members.isGone(...who)

  async roomsOf(memberId: MemberId): Promise<readonly RoomSummary[]> {
    return this.#members.roomsOf(memberId)
  }

  async deleteRoom(roomId: RoomId): Promise<void> {
    this.#database.transaction('entry', () => {
      this.#entries.deleteRoom(roomId)
    })
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

  /** One command: answered from memory when repeated, else done in one step, remembered, and shown. */
  #command(
    by: { memberId: MemberId; commandId: string; type: string },
    roomId: RoomId | undefined,
    work: (room: RoomRow) => { roomId: RoomId; entries: Entry[] },
  ): Written {
    const done = this.#database.transaction('entry', () => {
      const room = roomId === undefined ? NO_ROOM : this.#entries.room(roomId)
      const before = this.#entries.repeated(by.memberId, by.commandId, by.type, roomId)
      if (before) return { ...before, repeated: true }
      if (roomId !== undefined)
        this.#members.requireNotGone(roomId, by.memberId, by.type === 'join')
      const result = work(room)
      this.#entries.remember(by.memberId, by.commandId, by.type, result.roomId, result.entries)
      return { ...result, repeated: false }
    })
    if (done.repeated) return { entries: done.entries, started: null }
    this.#show(done.roomId, done.entries)
    return {
      entries: done.entries,
      started: this.#generations.settle(done.roomId, done.entries),
    }
  }

  #show(roomId: RoomId, entries: readonly Entry[]): void {
    if (entries.length === 0) return
    const { epoch } = this.#entries.room(roomId)
    this.#followers.tell(roomId, { type: 'entries', epoch, entries })
  }

  #write(roomId: RoomId, draft: EntryDraft): Entry {
    return this.#entries.write(roomId, draft)
  }

  #promote(roomId: RoomId, next: GenerationId): Started | null {
    const promote = () => this.#generations.promote(roomId, next)
    const entries = [this.#database.transaction('entry', promote)].filter((entry) => entry !== null)
    this.#show(roomId, entries)
    return this.#generations.settle(roomId, entries)
  }

  /** Ends what runs in a room, unless this process runs it. */
  #interrupt(roomId: RoomId, running: number): void {
    const entries = this.#database.transactionWithReserve('entry', (isFull) =>
      this.#generations.interrupt(roomId, running, isFull),
    )
    this.#show(roomId, entries)
    this.#generations.settle(roomId, entries)
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
