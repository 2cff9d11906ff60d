// Who runs which generation, and how one that has ended is told again.
import type { Entry, GenerationEnded, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { NewEnd, Started } from '../room-log.ts'
import { startedOf } from '../started.ts'
import type { Entries } from './entries.ts'
import type { GenerationRow, Replies } from './replies.ts'

/** What the end of a generation has written; one that waited may have started with it. */
interface Closed {
  readonly ended: GenerationEnded
  readonly entries: readonly Entry[]
}

export class Generations {
  readonly #entries: Entries
  readonly #replies: Replies
  /** What this process started itself and therefore runs, by what has been committed. */
  readonly #ours = new Set<GenerationId>()

  constructor(entries: Entries, replies: Replies) {
    this.#entries = entries
    this.#replies = replies
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

  /** What this very end has answered before: only the same call names the generation that runs now as its next. */
  endedBefore(roomId: RoomId, end: NewEnd): Closed | null {
    const { ended } = this.get(roomId, end.generationId)
    const next = end.next === null ? undefined : this.#replies.byId(roomId, end.next)
    const runs = next && next.ended === null && next.reply_end === 0
    if (ended === null || !runs) return null
    const start = this.#entries.lastAbout(roomId, next.generation_id, 'generation-started')
    if (!start) return null
    const entry = JSON.parse(ended) as GenerationEnded
    return { ended: entry, entries: [entry, start] }
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
    return startedOf(roomId, entry)
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
