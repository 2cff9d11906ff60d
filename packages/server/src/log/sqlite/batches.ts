// What is decided becomes a batch of entries: each gets its place and time, an end is sealed with what is stored of its text, and
// the docket goes with them. Called inside transactions.
import type { Entry, GenerationEnded, RoomId } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import type { Command } from '../../decide/commands.ts'
import { decide } from '../../decide/decide.ts'
import { type Docket, docketAfter } from '../../decide/docket.ts'
import type { Draft, EndDraft } from '../../decide/draft.ts'
import { factsFor } from '../../decide/facts.ts'
import type { Dockets } from './dockets.ts'
import type { Entries, Last } from './entries.ts'
import { RoomFacts } from './facts.ts'
import type { Replies } from './replies.ts'

/** What was written, and the docket with it. */
export interface Batch {
  readonly roomId: RoomId
  readonly epoch: string
  readonly entries: readonly Entry[]
  readonly docket: Docket
}

export interface BatchesOptions {
  readonly entries: Entries
  readonly replies: Replies
  readonly dockets: Dockets
}

export class Batches {
  readonly #options: BatchesOptions

  constructor(options: BatchesOptions) {
    this.#options = options
  }

  /**
   * Decides a command on the room as it is, and writes what comes of it.
   * @param isFull there is hardly room on the disk: the text of what ends stays in its pieces
   * @throws Refusal `room-not-found`; Refusal or AdmissionChanged as it is decided
   */
  write(roomId: RoomId, command: Command, isFull = false): Batch {
    const { entries, replies, dockets } = this.#options
    const room = entries.room(roomId)
    const before = dockets.of(room)
    const facts = factsFor(command, new RoomFacts(entries, replies, roomId))
    const decision = decide(before, command, facts)
    if (decision instanceof Error) throw decision
    let docket = before
    let last: Last = { offset: room.last_offset, at: room.last_at }
    const written = decision.map((draft) => {
      const entry = this.#writeOne(roomId, draft, last, isFull)
      docket = docketAfter(docket, entry)
      last = entry
      return entry
    })
    if (written.length > 0) entries.moveTo(roomId, last)
    dockets.save(roomId, before, docket)
    return { roomId, epoch: room.epoch, entries: written, docket }
  }

  #writeOne(roomId: RoomId, draft: Draft, last: Last, isFull: boolean): Entry {
    const { entries, replies } = this.#options
    if (draft.type === 'generation-ended') return this.#close(roomId, draft, last, isFull)
    const entry = entries.write(roomId, draft, last)
    if (entry.type === 'generation-started') {
      const { number, generationId, messageId } = entry
      replies.begin(roomId, { number, generationId, messageId, fence: number })
    }
    return entry
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
