// Brings the text of one reply into the log: merges what arrives while an append is under way, never waits for
// storage in the reading loop, never cuts a character in two.
//
// The first text leaves at once, later text in windows. One append is in flight at a time. While storage is away
// the text is kept, up to a limit of time and bytes; then the owner gives up rather than pay for text nobody sees.
import type { GenerationEnded, Kind } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { byteLength, sliceBytes } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import type { FinalBytes, Owned, RoomLog } from '../judge/room-log.ts'

/** Text that arrives within one window leaves together, ms; Ably and others use the same (25 updates a second). */
export const WINDOW_MS = 40
/** How long, and how much, is kept while storage is away. */
export const AWAY_MS = 15_000
const AWAY_BYTES = 1024 * 1024
/** Pause before storage is tried again, ms. */
const RETRY_MS = 250

/** Why nothing more can be written. */
export type Halt =
  | { readonly why: 'ended'; readonly ended: GenerationEnded }
  | { readonly why: 'fenced' }
  | { readonly why: 'storage' }
  | { readonly why: 'conflict' }

interface Piece {
  readonly kind: Kind
  text: string
  /** It may be in the log already: it is sent again unchanged, so that the log knows it. */
  tried: boolean
}

interface ReplyWriterOptions {
  readonly log: RoomLog
  readonly owned: Owned
  readonly clock: Clock
  /** Called once, when nothing more can be written. */
  readonly onHalt: (halt: Halt) => void
}

export class ReplyWriter {
  readonly #options: ReplyWriterOptions
  /** Everything that the log has acknowledged, to mend a storage that lost its tail. */
  readonly #written: { readonly kind: Kind; readonly at: number; readonly text: string }[] = []
  #end = 0
  /** What the log has not acknowledged; the first may be on its way. */
  #pieces: Piece[] = []
  /** A high surrogate whose other half has not come yet. */
  #half = ''
  #lastKind: Kind | null = null
  /** Of the last bytes that the log has. A mark without bytes may be lost in a way that no position tells. */
  #kindOfBytes: Kind | null = null
  #flushing: Promise<void> | null = null
  #stopWaiting: (() => void) | null = null
  #hasSaid = false
  #halted = false
  #sealed = false
  #hurried = false
  /** Since when storage has not answered as it should, ms since 1970, and what gives it up in time. */
  #awaySince: number | null = null
  #stopPatience: (() => void) | null = null

  constructor(options: ReplyWriterOptions) {
    this.#options = options
  }

  /** Bytes acknowledged by the log. */
  get end(): number {
    return this.#end
  }

  /** Bytes of everything given so far, whether or not the log has them. */
  get length(): number {
    const half = byteLength(this.#half)
    return this.#end + this.#pieces.reduce((sum, piece) => sum + byteLength(piece.text), half)
  }

  /** Whether some text, without thinking, is more than white space. */
  get hasSaid(): boolean {
    return this.#hasSaid
  }

  /** Once sealed: there is more than what `seal` gave, since storage was away and there was hurry. */
  get isCut(): boolean {
    return this.#pieces.length > 1
  }

  /** Adds text, or with empty text only says what comes next. Returns at once. */
  push(kind: Kind, text: string): void {
    if (this.#halted || this.#sealed) return
    this.#hasSaid ||= kind === 'text' && text.trim() !== ''
    const whole = this.#half + text
    this.#half = /[\uD800-\uDBFF]$/u.test(whole) ? whole.slice(-1) : ''
    this.#keep(kind, (this.#half === '' ? whole : whole.slice(0, -1)).toWellFormed())
    if (this.length - this.#end > AWAY_BYTES && this.#awaySince !== null)
      this.#halt({ why: 'storage' })
    else this.#wake()
  }

  /**
   * Stops writing and gives what is left for the end, which appends it in the same step. A reply of several
   * pieces is flushed to its last one first.
   */
  async seal(): Promise<FinalBytes> {
    if (this.#half !== '')
      this.#keep(this.#pieces.at(-1)?.kind ?? this.#lastKind ?? 'text', '\uFFFD')
    this.#half = ''
    this.#sealed = true
    this.#stopWaiting?.()
    this.#stopWaiting = null
    await this.#flushing
    while (this.#pieces.length > 1 && !this.#halted && !this.#isTooLate()) {
      await this.#append()
      if (this.#awaySince !== null) await this.#pause(RETRY_MS)
    }
    this.#stopPatience?.()
    const [piece] = this.#pieces
    const rest = this.#halted || !piece ? '' : piece.text
    const mark = piece && this.#markOf(piece)
    return { at: this.#end, text: rest, mark: this.#halted ? undefined : mark }
  }

  /**
   * Gives a storage that ends at byte `end` the tail again that it lost.
   * @returns false when it refuses: then somebody else has written, or ended it
   * @throws Refusal when storage is away
   */
  async mend(end: number): Promise<boolean> {
    if (end > this.#end) return false
    const { log, owned } = this.#options
    for (const { kind, at, text } of this.#missingFrom(end)) {
      const result = await log.appendReply(owned, at, text, kind)
      if (!result.ok) return false
    }
    return true
  }

  /** From now on storage that is away is not waited for any more; what it did not take is lost. */
  hurry(): void {
    this.#hurried = true
  }

  /** Stops without writing what is left. */
  drop(): void {
    this.#halted = true
    this.#stopWaiting?.()
    this.#stopPatience?.()
    this.#pieces = []
  }

  #keep(kind: Kind, text: string): void {
    const last = this.#pieces.at(-1)
    if (last?.kind === kind && !last.tried) last.text += text
    // What has begun and said nothing is no more than the next beginning says.
    else if (last?.text === '' && !last.tried)
      this.#pieces.splice(-1, 1, { kind, text, tried: false })
    else if (text !== '' || kind !== (last?.kind ?? this.#lastKind))
      this.#pieces.push({ kind, text, tried: false })
  }

  #isTooLate(): boolean {
    return this.#hurried && this.#awaySince !== null
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(ms, resolve))
  }

  #wake(): void {
    if (this.#pieces.length === 0 || this.#flushing || this.#stopWaiting) return
    this.#flushing = this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#append()
    this.#flushing = null
    if (this.#halted || this.#sealed) return
    this.#stopWaiting = this.#options.clock.after(
      this.#awaySince === null ? WINDOW_MS : RETRY_MS,
      () => {
        this.#stopWaiting = null
        this.#wake()
      },
    )
  }

  /** Appends the first piece. Text that arrives meanwhile joins the next one. */
  async #append(): Promise<void> {
    const piece = this.#pieces[0]
    if (!piece) return
    piece.tried = true
    const mark = this.#markOf(piece)
    const { log, owned, clock } = this.#options
    const began = clock.now()
    try {
      const result = await log.appendReply(owned, this.#end, piece.text, mark)
      this.#awaySince = null
      this.#stopPatience?.()
      if (result.ok) return this.#acknowledged(piece)
      if (result.refused === 'ended') return this.#halt({ why: 'ended', ended: result.ended })
      if (result.refused === 'fenced') return this.#halt({ why: 'fenced' })
      if (!(await this.mend(result.end))) this.#halt({ why: 'conflict' })
    } catch (error) {
      this.#away(error, began)
    }
  }

  #acknowledged({ kind, text }: Piece): void {
    this.#pieces.shift()
    this.#written.push({ kind, at: this.#end, text })
    this.#end += byteLength(text)
    this.#lastKind = kind
    if (text !== '') this.#kindOfBytes = kind
  }

  /** The log is told what begins here, and again with the bytes after a mark that had none. */
  #markOf({ kind }: Piece): Kind | undefined {
    return kind === this.#lastKind && kind === this.#kindOfBytes ? undefined : kind
  }

  #missingFrom(end: number): { kind: Kind; at: number; text: string }[] {
    return this.#written
      .filter(({ at, text }) => at + byteLength(text) > end)
      .map(({ kind, at, text }) =>
        at >= end ? { kind, at, text } : { kind, at: end, text: sliceBytes(text, end - at) },
      )
  }

  /** @param since when that was sent which has failed: storage may take seconds to fail */
  #away(error: unknown, since: number): void {
    const passes = error instanceof Refusal && error.body.retryable
    if (!passes) return this.#halt({ why: 'storage' })
    if (this.#awaySince !== null || this.#halted) return
    this.#awaySince = since
    const { clock } = this.#options
    const left = Math.max(0, since + AWAY_MS - clock.now())
    this.#stopPatience = clock.after(left, () => this.#halt({ why: 'storage' }))
  }

  #halt(halt: Halt): void {
    if (this.#halted) return
    this.#halted = true
    this.#stopWaiting?.()
    this.#stopWaiting = null
    this.#stopPatience?.()
    this.#options.onHalt(halt)
  }
}
