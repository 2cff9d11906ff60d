// A model of the room log: it plays a history, keeps every update in order, and answers as the real log would at any
// moment: with a tail after a position, or a snapshot. It keeps its own record of every reply, so that the fold is
// judged independently of itself.
import type {
  Delta,
  Entries,
  Entry,
  EntryDraft,
  GenerationEnded,
  Heartbeat,
  Kind,
  Mark,
  Mode,
  Outcome,
  Position,
  RoomState,
  Run,
  Tail,
  UnknownEntry,
} from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, emptyRoom, fold, sliceBytes } from '@roomcast/shared/room'

const EPOCH = 'epoch'

/** One reply in the log. `lostFrom`: a follower may have other bytes from here on. */
interface Record {
  readonly number: number
  readonly generationId: string
  readonly messageId: string
  text: string
  end: number
  marks: readonly Mark[]
  lostFrom: number | null
  ended: GenerationEnded | null
}

/** One moment: its update, and the state of the log after it. */
export interface Frame {
  readonly update: Entries | Delta
  readonly offset: number
  /** The generation running at that moment, and how much of its text the log had. */
  readonly running: {
    readonly number: number
    readonly end: number
    readonly marks: readonly Mark[]
  } | null
  /** Shown to followers, then lost by the storage. */
  readonly lost: boolean
}

export class ModelLog {
  readonly frames: Frame[] = []
  readonly entries: (Entry | UnknownEntry)[] = []
  readonly replies = new Map<number, Record>()
  #states: RoomState[] | null = null
  #queue: string[] = []
  #held = false
  #running: Record | null = null
  #ids = 0

  get running(): boolean {
    return this.#running !== null
  }

  get held(): boolean {
    return this.#held
  }

  get queue(): readonly string[] {
    return this.#queue
  }

  create(): void {
    const room = { type: 'room-created', roomId: 'room', title: 'A room', model: 'claude' } as const
    this.#show([this.#write({ ...room, instructions: '' })])
    this.join('alice')
  }

  join(name: string): void {
    this.#show([this.#write({ type: 'member-joined', memberId: 'alice', name, role: 'owner' })])
  }

  unknown(): void {
    const entry = { offset: this.entries.length + 1, at: 1, type: 'from-the-future' }
    this.entries.push(entry)
    this.#show([entry])
  }

  post(text: string, ask: boolean): void {
    const messageId = this.#newId('message')
    const posted = this.#write({ type: 'message-posted', messageId, by: 'alice', text, ask })
    if (!ask) return this.#show([posted])
    if (!this.#running && !this.#held && this.#queue.length === 0)
      return this.#show([posted, this.#start(messageId, 'answer')])
    this.#queue.push(messageId)
    this.#show([posted, this.#write({ type: 'question-queued', messageId })])
  }

  again(mode: Mode): void {
    const last = [...this.replies.values()].at(-1)
    if (this.#running || !last) return
    this.#show([this.#start(last.messageId, mode, last.generationId)])
  }

  withdraw(place: number): void {
    const messageId = this.#queue[place % Math.max(1, this.#queue.length)]
    if (messageId === undefined) return
    this.#queue = this.#queue.filter((waiting) => waiting !== messageId)
    this.#held &&= this.#queue.length > 0
    this.#show([this.#write({ type: 'question-withdrawn', messageId, by: 'alice' })])
  }

  resume(): void {
    if (!this.#held) return
    this.#held = false
    const resumed = this.#write({ type: 'queue-resumed', by: 'alice' })
    this.#show([resumed, ...this.#promote()])
  }

  /** Appends text of a kind to the running reply; empty text only sets the mark. */
  append(text: string, kind: Kind): void {
    const reply = this.#running
    if (!reply) return
    const at = reply.end
    const kept = reply.marks.filter((mark) => mark.from < at)
    const begins = kept.at(-1)?.kind !== kind
    const marks: readonly Mark[] = begins ? [...kept, { kind, from: at }] : kept
    if (text === '' && sameMarks(marks, reply.marks)) return
    // A changed mark without bytes is sent too, so that no follower keeps the old one.
    const told = begins || !sameMarks(marks, reply.marks)
    reply.marks = marks
    reply.text += text
    reply.end += byteLength(text)
    const { number } = reply
    this.#frame(told ? [number, at, text, kind] : [number, at, text], false)
  }

  /** Text (not thinking) that followers are shown but the storage loses. */
  lose(text: string): void {
    const reply = this.#running
    if (!reply || text === '') return
    reply.lostFrom = reply.end
    this.#frame([reply.number, reply.end, text, 'text'], true)
  }

  end(outcome: Outcome): void {
    const reply = this.#running
    if (!reply) return
    const held = this.#queue.length > 0 && (outcome === 'cancelled' || this.#held)
    const { generationId, number, end } = reply
    reply.marks = reply.marks.filter((mark) => mark.from < end)
    reply.ended = this.#write({
      type: 'generation-ended',
      generationId,
      number,
      outcome,
      end,
      digest: digest(reply.text),
      held,
      ...(outcome === 'cancelled' ? { by: 'alice' } : {}),
    }) as GenerationEnded
    this.#running = null
    this.#held = held
    this.#show([reply.ended, ...this.#promote()])
  }

  /** The room after each frame, folded directly, without the lost text. */
  get states(): readonly RoomState[] {
    if (this.#states) return this.#states
    let state = emptyRoom('room', EPOCH)
    this.#states = this.frames.map(({ update, lost }) => {
      if (!lost) {
        const folded = fold(state, update, digest)
        if (folded.behind) throw new Error('a truthful history folds without a gap')
        state = folded.state
      }
      return state
    })
    return this.#states
  }

  heartbeat(at: number): Heartbeat {
    const { offset, running } = this.frame(at)
    return { type: 'heartbeat', epoch: EPOCH, offset, end: running?.end ?? 0 }
  }

  /** The log's answer after frame `at` to a follower at `position`. */
  tail(position: Position, at: number): Tail {
    const { offset } = this.frame(at)
    const entries = this.entries.slice(position.offset, offset)
    const numbers = entries.flatMap((entry) =>
      entry.type === 'generation-started' ? [(entry as { number: number }).number] : [],
    )
    const before = this.#runningAfter(position.offset)
    const runs = numbers.map((number) => this.#run(number, 0, at))
    if (before !== null) runs.unshift(this.#run(before, position.end, at))
    return { type: 'tail', epoch: EPOCH, runs, entries }
  }

  frame(at: number): Frame {
    const frame = this.frames[at]
    if (!frame) throw new Error(`there is no frame ${at}`)
    return frame
  }

  #run(number: number, from: number, at: number): Run {
    const reply = this.replies.get(number)
    if (!reply) throw new Error(`there is no reply ${number}`)
    const { running } = this.frame(at)
    const { end, marks } = running?.number === number ? running : reply
    const text = sliceBytes(reply.text, 0, end)
    const start = Math.min(from, end)
    // A follower with other bytes may ask from the middle of a character: it gets the whole text.
    const fits = sliceBytes(text, 0, start) + sliceBytes(text, start) === text
    return { number, at: fits ? start : 0, text: fits ? sliceBytes(text, start) : text, marks }
  }

  #runningAfter(offset: number): number | null {
    let running: number | null = null
    for (const entry of this.entries.slice(0, offset)) {
      if (entry.type === 'generation-started') running = (entry as { number: number }).number
      if (entry.type === 'generation-ended') running = null
    }
    return running
  }

  #promote(): Entry[] {
    const head = this.#queue[0]
    if (this.#running || this.#held || head === undefined) return []
    return [this.#start(head, 'answer')]
  }

  #start(messageId: string, mode: Mode, of?: string): Entry {
    const [number, generationId] = [this.replies.size + 1, this.#newId('generation')]
    this.#queue = this.#queue.filter((waiting) => waiting !== messageId)
    const reply = { number, generationId, messageId, text: '', end: 0, marks: [], lostFrom: null }
    this.#running = { ...reply, ended: null }
    this.replies.set(number, this.#running)
    const started = { type: 'generation-started', generationId, number, mode, messageId } as const
    return this.#write({ ...started, by: 'alice', model: 'claude', ...(of ? { of } : {}) })
  }

  #write(draft: EntryDraft): Entry {
    const entry: Entry = { offset: this.entries.length + 1, at: this.entries.length, ...draft }
    this.entries.push(entry)
    return entry
  }

  #show(entries: readonly (Entry | UnknownEntry)[]): void {
    this.#frame({ type: 'entries', epoch: EPOCH, entries }, false)
  }

  #frame(update: Entries | Delta, lost: boolean): void {
    const reply = this.#running
    const running = reply && { number: reply.number, end: reply.end, marks: reply.marks }
    this.frames.push({ update, offset: this.entries.length, running, lost })
  }

  #newId(prefix: string): string {
    this.#ids += 1
    return `${prefix}-${this.#ids}`
  }
}

function sameMarks(one: readonly Mark[], other: readonly Mark[]): boolean {
  return one.length === other.length && one.at(-1)?.kind === other.at(-1)?.kind
}
