// Writes decisions: compares the ground, gives each entry its offset and time, and seals an end with the length and digest
// of the stored text. Called inside transactions.
import type { Delta, Entry, GenerationEnded, GenerationId, RoomId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { cardOf } from '../../decide/cards.ts'
import type { Draft, EndDraft } from '../../decide/draft.ts'
import { DOCKET_VERSION } from '../../decide/saved-docket.ts'
import type { Append, Appended, Ending, Footing, Moved } from '../entry-log.ts'
import { fingerprintOfJson } from '../fingerprint.ts'
import type { Database } from './database.ts'
import type { Entries, Last, RoomRow } from './entries.ts'
import type { Members } from './members.ts'
import { type GenerationRow, refuseOwner, type Replies } from './replies.ts'

/** `delta`: the last text of an ended generation, for followers. */
export type AppendedHere = Appended & { readonly delta?: Delta | null; readonly epoch?: string }

export interface AppendingOptions {
  readonly database: Database
  readonly entries: Entries
  readonly replies: Replies
  readonly members: Members
}

export class Appending {
  readonly #options: AppendingOptions

  constructor(options: AppendingOptions) {
    this.#options = options
  }

  /**
   * See EntryLog.
   * @param isFull whether the disk is almost full: then nothing starts, and the text of an ended generation stays in its pieces
   */
  append(roomId: RoomId, append: Append, isFull: boolean): AppendedHere {
    const { entries, replies } = this.#options
    const { footing, creates, decided, ends } = append
    const known = entries.roomIfAny(roomId)
    if (!known && !creates) throw new Refusal('room-not-found')
    const done = known ? this.#doneBefore(roomId, decided) : null
    if (done) return done
    if (known && creates) throw new Refusal('internal')
    if (known && known.rules > append.rules && !append.first)
      throw new Refusal('storage-unavailable')
    const room = known ?? entries.makeRoom(roomId, footing.ground.epoch)
    const moved = creates ? null : this.moved(room, footing)
    if (moved) return moved
    const starts = decided.some(({ drafts }) => drafts.some((draft) => cardOf(draft).starts))
    if (starts && !ends && room.running !== null) throw new Refusal('generation-running')
    if (starts && isFull) return { type: 'full' }
    if (!ends) return this.#write(room, append, isFull)
    const row = replies.byId(roomId, ends.id)
    const refused = this.#unended(room, row, ends)
    if (refused) return refused
    if (!ends.final || !row) return this.#write(room, append, isFull)
    const { at, text, mark } = ends.final
    const grown = replies.grow(roomId, row, at, text, mark)
    if (!grown.ok) return { type: 'elsewhere', end: grown.end }
    return { ...this.#write(room, append, isFull), delta: grown.delta }
  }

  /**
   * The answer to a caller that knows the room up to another ground; null if its ground is the present one. A file loses no
   * tail, so the offset alone identifies an entry.
   */
  moved(room: RoomRow, { ground: known, read }: Footing): Moved | null {
    const goesOn = known.epoch === room.epoch
    if (goesOn && known.offset === room.ground) return null
    const { database, entries, replies } = this.#options
    const { room_id: roomId, epoch, ground: offset, last_offset: last } = room
    const saved = goesOn
      ? undefined
      : database.get<{ docket_offset: number; docket: string }>(
          'SELECT docket_offset, docket FROM dockets WHERE room_id = ? AND version = ?',
          roomId,
          DOCKET_VERSION,
        )
    const from = goesOn ? read.offset : (saved?.docket_offset ?? 0)
    const { entries: some, lastBody } = entries.between(roomId, from, offset)
    const running = room.running === null ? null : replies.byNumber(roomId, room.running)
    return {
      type: 'moved',
      ground: { epoch, offset, fingerprint: fingerprintOfJson(entries.bodyAt(roomId, offset)) },
      after: goesOn ? 'read' : saved ? { docket: saved.docket } : 'nothing',
      entries: some,
      fingerprint: fingerprintOfJson(lastBody),
      last,
      running: running?.generation_id ?? null,
      number: room.last_number,
    }
  }

  #doneBefore(roomId: RoomId, decided: Append['decided']): Appended | null {
    const { entries } = this.#options
    const answers = decided.map(({ name }) => {
      const before = name ? entries.repeated(roomId, name) : undefined
      if (before === undefined || before instanceof Error) return before ?? null
      return { entries: before, started: null }
    })
    return answers.some((answer) => answer !== null) ? { type: 'done', answers } : null
  }

  /** Why the generation cannot end; null: it can. */
  #unended(room: RoomRow, row: GenerationRow | undefined, ends: Ending): Appended | null {
    if (!row) throw new Refusal('generation-not-found')
    const refused = refuseOwner(row, ends.fence)
    if (refused?.refused === 'ended') {
      const { ended } = refused
      return { type: 'ended', ended, start: this.#startedBefore(room.room_id, ends.next) }
    }
    if (refused) return { type: 'fenced' }
    if (room.running !== row.number) throw new Refusal('generation-not-found')
    return null
  }

  /**
   * The start that an earlier try of this same end wrote: no other call proposes the id, and the generation has no text
   * yet.
   */
  #startedBefore(roomId: RoomId, next: GenerationId | null): Entry | null {
    const { entries, replies } = this.#options
    const row = next === null ? undefined : replies.byId(roomId, next)
    if (!row || row.ended !== null || row.reply_end > 0) return null
    return entries.last(roomId, row.generation_id, 'generation-started') ?? null
  }

  #write(before: RoomRow, append: Append, isFull: boolean): AppendedHere {
    const { database, entries } = this.#options
    const { footing, rules, decided, front, docket } = append
    const { room_id: roomId, epoch } = before
    let room: RoomRow = { ...before, title: front.title, waits: front.waits }
    const written: Entry[] = []
    for (const { name, refusal, drafts } of decided) {
      const first = room.last_offset + 1
      for (const draft of drafts) {
        const [entry, after] = this.#writeOne(room, draft, isFull)
        written.push(entry)
        room = after
      }
      if (name && !refusal) entries.remember(roomId, name, first, room.last_offset)
    }
    if (written.length > 0) entries.saveRoom({ ...room, rules: Math.max(rules, room.rules) })
    if (docket !== undefined)
      database.run(
        'INSERT OR REPLACE INTO dockets (room_id, version, docket_offset, docket) VALUES (?, ?, ?, ?)',
        ...[roomId, DOCKET_VERSION, footing.read.offset, docket],
      )
    return { type: 'ok', entries: written, epoch }
  }

  /** @returns the entry, and the room after it */
  #writeOne(room: RoomRow, draft: Draft, isFull: boolean): [Entry, RoomRow] {
    const { entries, replies, members } = this.#options
    const { room_id: roomId } = room
    const card = cardOf(draft)
    const last: Last = { offset: room.last_offset, at: room.last_at }
    const entry =
      draft.type === 'generation-ended'
        ? this.#close(roomId, draft, last, isFull)
        : entries.write(roomId, draft, last)
    if (card.member) members.save(roomId, card.member)
    const after = { ...room, last_offset: entry.offset, last_at: entry.at }
    if (card.rules) after.ground = entry.offset
    if (card.ends !== undefined) after.running = null
    if (card.starts) {
      const { id: generationId, message: messageId } = card.starts
      const number = Number(card.starts.number)
      replies.begin(roomId, { number, generationId, messageId, fence: number })
      after.running = number
      after.last_number = number
    }
    return [entry, after]
  }

  #close(roomId: RoomId, draft: EndDraft, last: Last, isFull: boolean): GenerationEnded {
    const { entries, replies } = this.#options
    const row = replies.byNumber(roomId, draft.number)
    if (!row) throw new Error(`generation ${draft.number} is not there to be ended`)
    const { text } = replies.read(roomId, row)
    const sealed = { ...draft, end: row.reply_end, digest: digest(text) }
    const ended = entries.write(roomId, sealed, last) as GenerationEnded
    replies.close(roomId, row, isFull ? null : text, ended)
    return ended
  }
}
