// The content of the log so far, recorded without the fold: the reference for every screen.
import type { Entry, GenerationEnded, RoomState } from '@roomcast/shared/protocol'
import { byteLength, emptyRoom, fold } from '@roomcast/shared/room'
import { digest } from '@roomcast/shared/digest'
import type { LogUpdate, Reading } from '@roomcast/server/judge/room-log.ts'
import type { Tally } from '../support/tally.ts'
import type { Report } from './violation.ts'

export interface TrueReply {
  readonly generationId: string
  text: string
  end: number
  ended: GenerationEnded | null
}

export class Truth {
  readonly entries: Entry[] = []
  readonly replies = new Map<number, TrueReply>()
  /** Ends that were acknowledged to members who stopped a generation, by its id. */
  readonly fixedEnds = new Map<string, number>()
  readonly roomId: string
  readonly #report: Report
  #epoch = ''
  #running: number | null = null

  constructor(roomId: string, report: Report) {
    this.roomId = roomId
    this.#report = report
  }

  /** The state of the room when following began. */
  begin({ checkpoint, entries }: Reading): void {
    this.#epoch = checkpoint.epoch
    for (const entry of entries) this.#hearEntry(entry)
  }

  /** Records an update that the log sends its followers. */
  hear(update: LogUpdate): void {
    if (!('type' in update)) {
      const [number, at, text] = update
      return this.#hearText(number, at, text)
    }
    if (update.type === 'deleted' || update.type === 'heartbeat') return
    if (update.epoch !== this.#epoch) this.#report('R1', 'the epoch changed')
    for (const entry of update.entries) this.#hearEntry(entry as Entry)
  }

  byId(generationId: string): TrueReply | undefined {
    return [...this.replies.values()].find((reply) => reply.generationId === generationId)
  }

  get running(): number | null {
    return this.#running
  }

  /** The messages that members have posted with this text. */
  posted(text: string): Extract<Entry, { type: 'message-posted' }>[] {
    return this.entries.filter(
      (entry) => entry.type === 'message-posted' && entry.text === text,
    ) as Extract<Entry, { type: 'message-posted' }>[]
  }

  isRetracted(messageId: string): boolean {
    return this.entries.some(
      (entry) => entry.type === 'message-retracted' && entry.messageId === messageId,
    )
  }

  /** Whether a former member was removed or has left. */
  isGone(memberId: string): boolean {
    return this.entries.some((entry) => entry.type === 'member-left' && entry.memberId === memberId)
  }

  /** The room as a newcomer would fold it from a reading of the log. */
  static fold({ checkpoint, runs, entries }: Reading): RoomState {
    const tail = { type: 'tail', epoch: checkpoint.epoch, runs, entries } as const
    const { state, behind } = fold(checkpoint, tail, digest)
    if (behind) throw new Error('a reading of the log folds without a gap')
    return state
  }

  /** The same from all updates, without a checkpoint. */
  foldHeard(): RoomState {
    const runs = [...this.replies].map(([number, { text }]) => ({ number, at: 0, text, marks: [] }))
    return Truth.fold({
      checkpoint: emptyRoom(this.roomId, this.#epoch),
      entries: this.entries,
      runs,
    })
  }

  /** Counts the kinds of ends and starts. */
  count(tally: Tally): void {
    for (const [index, entry] of this.entries.entries()) {
      if (entry.type === 'generation-ended') tally.count(`end: ${entry.outcome}`)
      if (entry.type === 'generation-ended' && entry.stop === 'max_tokens')
        tally.count('max_tokens')
      if (entry.type === 'generation-ended' && entry.held) tally.count('queue held')
      if (entry.type === 'question-withdrawn') tally.count('withdrawn')
      if (entry.type === 'queue-resumed') tally.count('resumed')
      if (entry.type === 'message-edited') tally.count('edited')
      if (entry.type === 'message-retracted') tally.count('retracted')
      if (entry.type === 'settings-changed') tally.count('configured')
      if (entry.type === 'member-left') tally.count('removed')
      if (entry.type === 'message-posted' && entry.quote) tally.count('quoted')
      if (entry.type !== 'generation-started') continue
      tally.count(`start: ${entry.mode}`)
      const before = this.entries[index - 1]?.type
      if (before === 'generation-ended' || before === 'queue-resumed')
        tally.count('queue promotion')
    }
  }

  #hearEntry(entry: Entry): void {
    if (entry.offset !== this.entries.length + 1)
      this.#report('R1', `entry ${entry.offset} follows ${this.entries.length}`)
    this.entries.push(entry)
    if (entry.type === 'generation-started') {
      const { generationId, number } = entry
      if (this.#running !== null) this.#report('R2', `${number} starts while ${this.#running} runs`)
      this.#running = number
      this.replies.set(number, { generationId, text: '', end: 0, ended: null })
    }
    if (entry.type === 'generation-ended') this.#hearEnd(entry)
  }

  #hearEnd(entry: GenerationEnded): void {
    const reply = this.replies.get(entry.number)
    if (!reply) return this.#report('R2', `${entry.number} ends without a start`)
    if (reply.ended) this.#report('R2', `${entry.number} ends again`)
    reply.ended = entry
    if (this.#running === entry.number) this.#running = null
    if (entry.end !== reply.end || entry.digest !== digest(reply.text))
      this.#report('R1', `the end of ${entry.number} does not fit its text`)
  }

  #hearText(number: number, at: number, text: string): void {
    const reply = this.replies.get(number)
    if (!reply) return this.#report('R1', `text of ${number} before its start`)
    if (reply.ended) return this.#report('R3', `text of ${number} after its end`)
    if (at !== reply.end) return this.#report('R1', `text of ${number} at ${at}, not ${reply.end}`)
    if (!text.isWellFormed()) this.#report('R1', `half a character in ${number}`)
    reply.text += text
    reply.end += byteLength(text)
  }
}
