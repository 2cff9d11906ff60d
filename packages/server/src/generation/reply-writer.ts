// Writes the text of one reply to the log: merges text that arrives during an append, never makes the reading loop
// wait for storage, and never cuts a character in two.
//
// The first text is sent at once, later text in windows. One append is in flight at a time. While storage is away
// the text is buffered, up to a limit of time and bytes; then the owner gives up rather than pay for text nobody sees.
import type { GenerationEnded, Kind } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { byteLength, sliceBytes } from '@roomcast/shared/room'
import type { Clock } from '@roomcast/shared/clock'
import type { FinalBytes, Owned, RoomLog } from '../judge/room-log.ts'

/** Text that arrives within one window is sent together, ms; Ably and others use the same (25 updates a second). */
export const WINDOW_MS = 40
/** Limits on how long, and how much, is buffered while storage is away. */
export const AWAY_MS = 15_000
const AWAY_BYTES = 1024 * 1024
/** Pause before a failed append is retried, ms. */
const RETRY_MS = 250

/** The reason why nothing more can be written. */
export type Halt =
  | { readonly why: 'ended'; readonly ended: GenerationEnded }
  | { readonly why: 'fenced' }
  | { readonly why: 'storage' }
  | { readonly why: 'conflict' }

interface Piece {
  readonly kind: Kind
  text: string
  /** It may be in the log already; a retry sends it unchanged, so that the log recognizes it. */
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
  /** All acknowledged text, to repair a storage that lost its tail. */
  readonly #written: { readonly kind: Kind; readonly at: number; readonly text: string }[] = []
  #end = 0
  /** Text that the log has not acknowledged; the first piece may be in flight. */
  #pieces: Piece[] = []
  /** A high surrogate that waits for its other half. */
  #half = ''
  #lastKind: Kind | null = null
  /** The kind of the last bytes in the log. A lost mark without bytes cannot be detected from any position. */
  #kindOfBytes: Kind | null = null
  #flushing: Promise<void> | null = null
  #stopWaiting: (() => void) | null = null
  #hasSaid = false
  #halted = false
  #sealed = false
  #hurried = false
  /** When storage first failed, ms since 1970, and the function that cancels the timer for giving up. */
  #awaySince: number | null = null
  #stopPatience: (() => void) | null = null

  constructor(options: ReplyWriterOptions) {
    this.#options = options
  }

  /** Bytes that the log has acknowledged. */
  get end(): number {
    return this.#end
  }

  /** Bytes pushed so far, whether or not the log has them. */
  get length(): number {
    const half = byteLength(this.#half)
    return this.#end + this.#pieces.reduce((sum, piece) => sum + byteLength(piece.text), half)
  }

  /** Whether there is text, apart from thinking, that is not all white space. */
  get hasSaid(): boolean {
    return this.#hasSaid
  }

  /** Once sealed: whether text is left beyond the result of `seal`, because storage was away and `hurry` was called. */
  get isCut(): boolean {
    return this.#pieces.length > 1
  }

  /** Adds text; with empty text it only marks the kind that begins. Returns at once. */
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
   * Stops writing and returns the last piece for the end, which appends it in the same step. Earlier pieces are
   * flushed first.
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
   * Sends a storage that ends at byte `end` the tail again that it lost.
   * @returns false if it refuses: then another owner has written, or the generation has ended
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

  /** From now on, does not wait for storage that is away; text that it has not taken is lost. */
  hurry(): void {
    this.#hurried = true
  }

  /** Stops, and discards the text that is left. */
  drop(): void {
    this.#halted = true
    this.#stopWaiting?.()
    this.#stopPatience?.()
    this.#pieces = []
  }

  #keep(kind: Kind, text: string): void {
    const last = this.#pieces.at(-1)
    if (last?.kind === kind && !last.tried) last.text += text
    // A beginning without text is superseded by the next beginning.
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

  /** Appends the first piece. Text that arrives meanwhile joins a later one. */
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

  /**
   * The mark to send with a piece: where its kind begins, and again with the first bytes after a mark without bytes.
   */
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

  /** @param since when the failed append was sent; storage may take seconds to fail */
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
