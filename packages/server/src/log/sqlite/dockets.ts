// The dockets of rooms: kept in memory, read from the tables where they are not, and written to the tables with each batch.
import type {
  GenerationId,
  Inviters,
  MemberId,
  MessageId,
  Role,
  RoomId,
} from '@roomcast/shared/protocol'
import { type Asked, type Docket, EMPTY_DOCKET, type Membership } from '../../decide/docket.ts'
import { type DocketLimits, KeptDockets } from '../kept-dockets.ts'
import type { Database } from './database.ts'
import type { Entries, RoomRow } from './entries.ts'

interface MemberRow {
  readonly member_id: MemberId
  readonly name: string
  readonly role: Role
  readonly gone: Membership['gone']
}

interface QueueRow {
  readonly message_id: MessageId
  readonly member_id: MemberId
}

export class Dockets {
  readonly #database: Database
  readonly #entries: Entries
  readonly #kept: KeptDockets<{ readonly docket: Docket }>

  constructor(database: Database, entries: Entries, most?: DocketLimits) {
    this.#database = database
    this.#entries = entries
    this.#kept = new KeptDockets(most)
  }

  /** Of a room as it is, before anything is written in this transaction. */
  of(room: RoomRow): Docket {
    // It is being made, and that may yet be rolled back.
    if (room.last_offset === 0) return EMPTY_DOCKET
    const kept = this.#kept.get(room.room_id)?.docket
    const docket = kept?.offset === room.last_offset ? kept : this.#read(room)
    this.keep(room.room_id, docket)
    return docket
  }

  /** What was committed. */
  keep(roomId: RoomId, docket: Docket): void {
    this.#kept.keep(roomId, { docket })
  }

  /** How much is kept. */
  get size(): DocketLimits {
    return this.#kept.size
  }

  forget(roomId: RoomId): void {
    this.#kept.forget(roomId)
  }

  /** Writes what a batch has changed. */
  save(roomId: RoomId, before: Docket, after: Docket): void {
    this.#saveRoom(roomId, before, after)
    if (after.members !== before.members)
      for (const [memberId, member] of after.members)
        if (before.members.get(memberId) !== member) this.#saveMember(roomId, memberId, member)
    if (after.queue === before.queue) return
    for (const asked of before.queue)
      if (!after.queue.includes(asked))
        this.#database.run(
          'DELETE FROM queue WHERE room_id = ? AND message_id = ?',
          roomId,
          asked.messageId,
        )
    for (const asked of after.queue) if (!before.queue.includes(asked)) this.#enqueue(roomId, asked)
  }

  #saveRoom(roomId: RoomId, before: Docket, after: Docket): void {
    const columns = ['title', 'model', 'inviters', 'running', 'number', 'held'] as const
    if (columns.every((column) => before[column] === after[column])) return
    const { title, model, inviters, running, number, held } = after
    this.#database.run(
      `UPDATE rooms SET title = ?, model = ?, inviters = ?, running = ?, last_number = ?, held = ?
       WHERE room_id = ?`,
      title,
      model,
      inviters,
      running === null ? null : number,
      number,
      held ? 1 : 0,
      roomId,
    )
  }

  #saveMember(roomId: RoomId, memberId: MemberId, { name, role, gone }: Membership): void {
    this.#database.run(
      `INSERT INTO members (room_id, member_id, name, role, gone) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (room_id, member_id)
       DO UPDATE SET name = excluded.name, role = excluded.role, gone = excluded.gone`,
      roomId,
      memberId,
      name,
      role,
      gone,
    )
  }

  #enqueue(roomId: RoomId, { messageId, by }: Asked): void {
    this.#database.run(
      `INSERT INTO queue (room_id, place, message_id, member_id)
       SELECT ?, coalesce(max(place), 0) + 1, ?, ? FROM queue WHERE room_id = ?`,
      roomId,
      messageId,
      by,
      roomId,
    )
  }

  #read(room: RoomRow): Docket {
    const { room_id: roomId } = room
    const running =
      room.running === null
        ? undefined
        : this.#database.get<{ generation_id: GenerationId }>(
            'SELECT generation_id FROM generations WHERE room_id = ? AND number = ?',
            roomId,
            room.running,
          )
    return {
      offset: room.last_offset,
      title: room.title,
      model: room.model,
      inviters: room.inviters ?? ('all' satisfies Inviters),
      members: this.#readMembers(roomId),
      admission: this.#entries.lastAdmission(roomId),
      running: running?.generation_id ?? null,
      number: room.last_number,
      queue: this.#readQueue(roomId),
      held: room.held === 1,
      // A question is put in the queue in the same batch.
      asked: [],
    }
  }

  #readMembers(roomId: RoomId): ReadonlyMap<MemberId, Membership> {
    const rows = this.#database.all<MemberRow>(
      'SELECT member_id, name, role, gone FROM members WHERE room_id = ?',
      roomId,
    )
    return new Map(rows.map(({ member_id, ...member }) => [member_id, member]))
  }

  #readQueue(roomId: RoomId): Asked[] {
    const rows = this.#database.all<QueueRow>(
      'SELECT message_id, member_id FROM queue WHERE room_id = ? ORDER BY place',
      roomId,
    )
    return rows.map(({ message_id: messageId, member_id: by }) => {
      const posted = this.#entries.lastAbout(roomId, messageId, 'message-posted')
      return { messageId, by, model: posted?.model, at: posted?.at ?? 0 }
    })
  }
}
