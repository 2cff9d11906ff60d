// The life of generations in the file: start, promotion from the queue, end. Called inside transactions.
import type {
  Entry,
  GenerationEnded,
  GenerationId,
  GenerationStarted,
  MessageId,
  RoomId,
} from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { INTERRUPTED, type NewEnd, type Started } from '../room-log.ts'
import type { Database } from './database.ts'
import type { Entries } from './entries.ts'
import type { Queue } from './queue.ts'
import type { GenerationRow, Replies } from './replies.ts'

/** What closing a generation has written; one that waited may have started with it. */
interface Closed {
  readonly ended: GenerationEnded
  readonly entries: readonly Entry[]
}

export class Generations {
  readonly #database: Database
  readonly #entries: Entries
  readonly #replies: Replies
  readonly #queue: Queue
  /** What this process started itself and therefore runs, by what has been committed. */
  readonly #ours = new Set<GenerationId>()

  constructor(database: Database, entries: Entries, replies: Replies, queue: Queue) {
    this.#database = database
    this.#entries = entries
    this.#replies = replies
    this.#queue = queue
  }

  isOurs(generationId: GenerationId): boolean {
    return this.#ours.has(generationId)
  }

  /** @throws Refusal `room-not-found`, `generation-not-found` */
  get(roomId: RoomId, generationId: GenerationId): GenerationRow {
    this.#entries.room(roomId)
    const row = this.#replies.byId(roomId, generationId)
    if (!row) throw new Refusal('generation-not-found')
    return row
  }

  start(
    roomId: RoomId,
    start: Pick<GenerationStarted, 'generationId' | 'mode' | 'messageId' | 'by' | 'of'>,
  ): Entry {
    const { generationId, mode, messageId, by, of } = start
    const room = this.#entries.room(roomId)
    const asked = this.#entries.lastAbout(roomId, messageId, 'message-posted')
    const number = room.last_number + 1
    this.#replies.begin(roomId, { number, generationId, messageId, fence: number })
    this.#database.run(
      'UPDATE rooms SET running = ?, last_number = ? WHERE room_id = ?',
      number,
      number,
      roomId,
    )
    this.#queue.remove(roomId, messageId)
    return this.#entries.write(roomId, {
      type: 'generation-started',
      generationId,
      number,
      mode,
      messageId,
      by,
      model: asked?.model ?? room.model,
      ...(of === undefined ? {} : { of }),
    })
  }

  /** Starts the head of the queue, if there is one and nothing runs. */
  promote(roomId: RoomId, generationId: GenerationId): Entry | null {
    const room = this.#entries.room(roomId)
    const head = this.#queue.head(roomId)
    if (room.running !== null || room.held === 1 || !head) return null
    const { messageId, by } = head
    return this.start(roomId, { generationId, mode: 'answer', messageId, by })
  }

  /** @param isFull there is hardly room on the disk: the text stays in its pieces */
  close(roomId: RoomId, row: GenerationRow, end: NewEnd, isFull: boolean): Closed {
    const { text } = this.#replies.read(roomId, row)
    const waiting = this.#queue.length(roomId) > 0
    const held = waiting && (end.outcome === 'cancelled' || this.#entries.room(roomId).held === 1)
    const { by, reason, stop, error, usage, omitted } = end
    const ended = this.#entries.write(roomId, {
      type: 'generation-ended',
      generationId: row.generation_id,
      number: row.number,
      outcome: end.outcome,
      end: row.reply_end,
      digest: digest(text),
      held,
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
      ...(stop === undefined ? {} : { stop }),
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
      ...(omitted === undefined ? {} : { omitted }),
    }) as GenerationEnded
    this.#replies.close(roomId, row, isFull ? null : text, ended)
    this.#database.run('UPDATE rooms SET running = NULL WHERE room_id = ?', roomId)
    this.hold(roomId, held)
    const next = end.next === null ? null : this.promote(roomId, end.next)
    const entries = next ? [ended, next] : [ended]
    return { ended, entries }
  }

  /** Ends what ran as `interrupted`, unless this process runs it. */
  interrupt(roomId: RoomId, running: number, isFull: boolean): readonly Entry[] {
    const row = this.#replies.byNumber(roomId, running)
    if (!row || this.isOurs(row.generation_id)) return []
    const generationId = row.generation_id
    const end = { generationId, outcome: 'interrupted', error: INTERRUPTED, next: null } as const
    return this.close(roomId, row, end, isFull).entries
  }

  /** What this very end has answered before: only the same call names the generation that runs now as its next. */
  endedBefore(roomId: RoomId, end: NewEnd): Closed | null {
    const { ended } = this.get(roomId, end.generationId)
    const next = end.next === null ? undefined : this.#replies.byId(roomId, end.next)
    const runs = next && next.ended === null && next.reply_end === 0
    const [start] = runs ? this.#entries.about(roomId, next.generation_id, 0) : []
    if (ended === null || !start) return null
    const entry = JSON.parse(ended) as GenerationEnded
    return { ended: entry, entries: [entry, start] }
  }

  /** Takes a question out of the queue; one that is empty then is not held any more. @returns whether it was waiting */
  unqueue(roomId: RoomId, messageId: MessageId): boolean {
    if (!this.#queue.remove(roomId, messageId)) return false
    if (this.#queue.length(roomId) === 0) this.hold(roomId, false)
    return true
  }

  hold(roomId: RoomId, held: boolean): void {
    this.#database.run('UPDATE rooms SET held = ? WHERE room_id = ?', held ? 1 : 0, roomId)
  }

  /**
   * Once entries are committed: lets go of the generation that ended with them.
   * @returns the generation that began with them; from now on this process owns it
   */
  settle(roomId: RoomId, entries: readonly Entry[]): Started | null {
    for (const entry of entries)
      if (entry.type === 'generation-ended') this.#ours.delete(entry.generationId)
    const entry = entries.find((candidate) => candidate.type === 'generation-started')
    if (!entry) return null
    this.#ours.add(entry.generationId)
    const { generationId, number, mode, messageId, of, by, model, offset } = entry
    return { roomId, generationId, number, fence: number, mode, messageId, of, by, model, offset }
  }
}

/** Why an owner with this fence may not write, or null when it may. */
export function refuseOwner(
  row: GenerationRow,
  fence: number | undefined,
):
  | { ok: false; refused: 'ended'; ended: GenerationEnded }
  | { ok: false; refused: 'fenced' }
  | null {
  if (row.ended !== null)
    return { ok: false, refused: 'ended', ended: JSON.parse(row.ended) as GenerationEnded }
  return fence !== undefined && fence !== row.fence ? { ok: false, refused: 'fenced' } : null
}
