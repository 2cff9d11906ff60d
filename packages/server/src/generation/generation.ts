// One run of Claude, from the entry that starts the generation to the entry that ends it.
//
// The log decides how it ends; this object only proposes. Whatever stops it sets `#why` and aborts the request,
// and the reading loop checks `#why` before it takes a chunk, since decoded chunks still arrive after an abort.
import type { GenerationEnded, MemberId, Usage } from '@roomcast/shared/protocol'
import { LIMITS, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { EndResult, FinalBytes, RoomLog, Started } from '../judge/room-log.ts'
import type { Chunk, Claude, Prompt, TooLong } from './claude.ts'
import { ClaudeFailure, type FailureCode } from './claude.ts'
import { type Ending, endingOf, failureBody, type Why } from './ending.ts'
import { estimateOf } from './prompt-fit.ts'
import { reasonWithout } from './reason.ts'
import { AWAY_MS, type Halt, ReplyWriter } from './reply-writer.ts'
import { tokensOfBytes } from './tokens.ts'
import { type GenerationLimits, Watchdogs } from './watchdogs.ts'

/** A prompt; `omitted` if older messages were left out of it. */
export interface Built {
  readonly prompt: Prompt
  readonly omitted: boolean
}

export interface GenerationOptions {
  readonly log: RoomLog
  readonly claude: Claude
  readonly clock: Clock
  readonly started: Started
  readonly limits: GenerationLimits
  /** Builds the prompt, or a shorter one than a prompt that was `tooLong`; null if it cannot be shorter. */
  readonly prompt: (tooLong?: TooLong & { readonly prompt: Prompt }) => Promise<Built | null>
  /** Makes the id for the next question in the queue; null if no generation may start. */
  readonly nextId: () => string | null
  /** Pause before attempt 1, 2, … after a temporary failure, ms; null if another attempt is not worthwhile. */
  readonly retryDelay: (failure: ClaudeFailure, attempt: number) => number | null
}

/** The result of a run, for the logger and the caller; `next` is for this node to run. */
export interface Finished {
  readonly ended: GenerationEnded | null
  readonly next: Started | null
  readonly requestId: string | null
  readonly attempts: number
  /** The tokens used, whatever the outcome. */
  readonly usage: Usage
  /** Claude's own reason for a failure, for the operator; contains nothing of the prompt. */
  readonly reason: string | null
  /** Types from Claude that this version does not know, such as `block:hologram`. */
  readonly unknown: readonly string[]
}

/** Pause before a refused end is proposed again, ms. */
const END_RETRY_MS = 500
/** How often the owner renews its lease, ms; a lease in Redis lasts 6 s. */
const RENEW_MS = 1500
/** How often a prompt that is too long is shortened. */
const SHORTENED = 3

export class Generation {
  readonly #options: GenerationOptions
  readonly #abort = new AbortController()
  readonly #writer: ReplyWriter
  #why: Why | null = null
  #requestId: string | null = null
  readonly #watchdogs: Watchdogs
  readonly #unknown: string[] = []
  #reason: string | null = null
  #omitted = false
  /** Input tokens of the prompt: estimated here, and reported by Claude. */
  #estimatedInput = 0
  #inputTokens: number | null = null
  #usage: Usage | null = null
  #attempts = 0
  /** Claude's own reason, once it has given one. */
  #stop = 'end_turn'
  #stopTimers: (() => void)[] = []
  #goingDown = false
  /** Cancels the timer that gives up when renewals keep failing. */
  #stopPatience: (() => void) | null = null
  /**
   * The id for the next generation, the same in every proposal of the end, by which the log recognizes a repeated
   * proposal.
   */
  #nextId: string | null = null

  constructor(options: GenerationOptions) {
    this.#options = options
    const { log, clock, started, limits } = options
    this.#watchdogs = new Watchdogs(clock, limits, (code) => this.#fail(code))
    this.#writer = new ReplyWriter({
      log,
      clock,
      owned: started,
      onHalt: (halt) => this.#onHalt(halt),
    })
  }

  /** Runs to the end, whatever happens; never rejects because of Claude or the storage. */
  async run(): Promise<Finished> {
    this.#watchdogs.begin()
    this.#renewLater()
    let ending: Ending
    try {
      ending = await this.#ask()
    } catch (error) {
      ending = { outcome: 'failed', error: failureBody(error) }
    }
    try {
      return {
        ...(await this.#end(ending)),
        requestId: this.#requestId,
        attempts: this.#attempts,
        usage: this.#usage ?? this.#usageOf(null),
        reason: this.#reason,
        unknown: this.#unknown,
      }
    } finally {
      for (const stop of this.#stopTimers) stop()
      this.#watchdogs.stop()
      this.#isBack()
    }
  }

  /**
   * Called when the log has ended this generation or no longer accepts its writes: stops reading and paying at once.
   */
  ended(ended: GenerationEnded | null): void {
    this.#halt({ kind: 'ended', ended })
  }

  /**
   * Called for a stop that the log cannot take now: stops reading and paying at once, and proposes the stop until it is
   * stored.
   */
  cancelled(by: MemberId, reason: string | undefined): void {
    this.#halt({ kind: 'cancelled', by, reason })
  }

  /**
   * Called when the node shuts down: ends as `interrupted`. If the storage cannot take the end, the log writes it when
   * the node is back.
   */
  shutdown(): void {
    this.#goingDown = true
    this.#writer.hurry()
    this.#halt({ kind: 'shutdown' })
  }

  /** Called when the operator has switched spending off: ends as `failed`, at once. */
  stopSpending(): void {
    this.#fail('spending-off')
  }

  /** Builds the prompt; waits for storage that is away as long as the writer does. */
  async #prompt(...[tooLong]: Parameters<GenerationOptions['prompt']>): Promise<Prompt | null> {
    const { clock, prompt } = this.#options
    const since = clock.now()
    for (;;) {
      try {
        const built = await prompt(tooLong)
        this.#omitted = built?.omitted ?? this.#omitted
        return built?.prompt ?? null
      } catch (error) {
        const passes = error instanceof Refusal && error.body.retryable
        if (!passes || clock.now() - since >= AWAY_MS || this.#why !== null) throw error
        await this.#pause(END_RETRY_MS)
      }
    }
  }

  async #ask(): Promise<Ending> {
    let prompt = await this.#prompt()
    for (let shortened = 0; prompt !== null;) {
      try {
        // A stop may have come since the generation started; then no request is made.
        if (!(await this.#owns())) this.ended(null)
        if (this.#why !== null) return this.#ending()
        this.#attempts++
        await this.#read(prompt)
        return this.#ending()
      } catch (error) {
        if (this.#why !== null) return this.#ending()
        const failure = error instanceof ClaudeFailure ? error : null
        this.#reason = failure?.reason ? reasonWithout(failure.reason, prompt) : null
        // Our own waiting must not count as Claude's silence.
        this.#watchdogs.rest()
        const isUnseen = this.#writer.length === 0
        if (failure?.tooLong && isUnseen && shortened++ < SHORTENED) {
          prompt = await this.#prompt({ ...failure.tooLong, prompt })
          if (prompt !== null) continue
        }
        const delay = failure && isUnseen ? this.#options.retryDelay(failure, this.#attempts) : null
        if (delay === null) return { outcome: 'failed', error: failureBody(error) }
        await this.#pause(delay)
      }
    }
    return { outcome: 'failed', error: failureBody(null) }
  }

  async #read(prompt: Prompt): Promise<void> {
    this.#estimatedInput = estimateOf(prompt)
    this.#watchdogs.asks()
    for await (const chunk of this.#options.claude.ask(prompt, this.#abort.signal)) {
      if (this.#why !== null) return
      this.#watchdogs.hears()
      if (this.#take(chunk)) return
      // Thinking may be silent for long, and pings do not reach this loop; the SDK's body timeout catches a dead
      // connection.
      if (chunk.type === 'begun' && chunk.kind === 'thinking') this.#watchdogs.rest()
    }
  }

  /** @returns whether this was the last chunk */
  #take(chunk: Chunk): boolean {
    switch (chunk.type) {
      case 'accepted':
        this.#requestId = chunk.requestId
        this.#inputTokens = chunk.inputTokens ?? this.#inputTokens
        return false
      case 'unknown':
        this.#unknown.push(chunk.name)
        return false
      case 'begun':
        this.#writer.push(chunk.kind, '')
        return false
      case 'text':
        return this.#takeText(chunk.kind, chunk.text)
      case 'stopped': {
        this.#inputTokens = chunk.inputTokens ?? this.#inputTokens
        this.#usage = this.#usageOf(chunk.outputTokens)
        this.#stop = chunk.stop
        return true
      }
    }
  }

  #takeText(kind: 'thinking' | 'text', text: string): boolean {
    const room = LIMITS.replyBytes - this.#writer.length
    if (Buffer.byteLength(text) <= room) {
      this.#writer.push(kind, text)
      return false
    }
    // To members, our own length limit looks the same as Claude's.
    this.#writer.push(kind, cutToBytes(text, room))
    this.#halt({ kind: 'full' })
    return true
  }

  #ending(): Ending {
    return endingOf(this.#why, this.#stop, this.#writer.hasSaid)
  }

  /** Proposes the end until the log has taken it or reports an earlier end. */
  async #end(ending: Ending): Promise<Pick<Finished, 'ended' | 'next'>> {
    if (this.#why?.kind === 'ended') {
      this.#writer.drop()
      return { ended: this.#why.ended, next: null }
    }
    this.#watchdogs.rest()
    // After a stop nothing more is shown, not even text that the log has not taken yet.
    if (this.#why?.kind === 'cancelled') this.#writer.drop()
    let final: FinalBytes | null =
      this.#why?.kind === 'cancelled' ? null : await this.#writer.seal()
    // If storage stayed away for the last of the text, the answer is cut off, and must not count as completed.
    const how = this.#isCutOff() ? this.#ending() : ending
    const proposed = { ...how, ...(this.#omitted ? { omitted: true } : {}) }
    for (;;) {
      const result = await this.#proposeEnd(proposed, final)
      // The log ends it as interrupted when the node is back.
      if (result === null && this.#goingDown) return { ended: null, next: null }
      if (result === null) await this.#pauseAnyway(END_RETRY_MS)
      else if (result.ok) return { ended: result.ended, next: result.started }
      else if (result.refused === 'ended') return { ended: result.ended, next: null }
      else if (result.refused === 'fenced') return { ended: null, next: null }
      else final = await this.#afterElsewhere(final, result.end)
    }
  }

  /** @returns null if storage is away */
  async #proposeEnd(
    ending: Ending & { omitted?: boolean },
    final: FinalBytes | null,
  ): Promise<EndResult | null> {
    const { log, started, nextId } = this.#options
    const fresh = nextId()
    this.#nextId = fresh === null ? null : (this.#nextId ?? fresh)
    try {
      return await log.end(started.roomId, {
        ...ending,
        generationId: started.generationId,
        fence: started.fence,
        usage: this.#usage ?? this.#usageOf(null),
        next: this.#nextId,
        // Sent even without text: the position in it shows whether the storage has lost the end of the reply.
        ...(final ? { final } : {}),
      })
    } catch (error) {
      if (error instanceof Refusal && error.body.retryable) return null
      if (error instanceof Refusal) return { ok: false, refused: 'fenced' }
      throw error
    }
  }

  #isCutOff(): boolean {
    return this.#why?.kind === 'storage' || this.#writer.isCut
  }

  /**
   * If the storage has lost the end of the text, sends that part again. If the storage is ahead of us, another owner
   * wrote there: the generation then ends with what the storage has.
   */
  async #afterElsewhere(final: FinalBytes | null, end: number): Promise<FinalBytes | null> {
    if (final === null) return null
    try {
      return (await this.#writer.mend(end)) ? final : null
    } catch {
      // ignored because: the next proposal asks the storage again
      await this.#pauseAnyway(END_RETRY_MS)
      return final
    }
  }

  /** Tokens sent and received: reported by Claude where possible, estimated otherwise. */
  #usageOf(reported: number | null): Usage {
    const { length } = this.#writer
    // A report of 0 output tokens for an answer with text is a missing count.
    const isCounted = reported !== null && (reported > 0 || length === 0)
    return {
      inputTokens: this.#inputTokens ?? this.#estimatedInput,
      outputTokens: isCounted ? reported : tokensOfBytes(length),
      estimated: !isCounted || this.#inputTokens === null,
    }
  }

  #onHalt(halt: Halt): void {
    if (halt.why === 'ended') this.ended(halt.ended)
    else if (halt.why === 'fenced') this.ended(null)
    else this.#halt({ kind: 'storage' })
  }

  #fail(code: FailureCode): void {
    this.#halt({ kind: 'failed', code })
  }

  #halt(why: Why): void {
    if (this.#why !== null) return
    this.#why = why
    this.#abort.abort()
  }

  /**
   * False once the log says that this generation is not ours to write. A storage that is away counts as true, for a
   * while.
   */
  async #owns(): Promise<boolean> {
    const { log, started, clock } = this.#options
    const asked = clock.now()
    try {
      const owned = await log.renew(started)
      this.#isBack()
      return owned
    } catch (error) {
      if (isGone(error)) return false
      // The writer has the same patience, but it has nothing to write while Claude thinks.
      const left = Math.max(0, asked + AWAY_MS - clock.now())
      this.#stopPatience ??= clock.after(left, () => this.#halt({ kind: 'storage' }))
      return true
    }
  }

  #isBack(): void {
    this.#stopPatience?.()
    this.#stopPatience = null
  }

  #renewLater(): void {
    const { clock } = this.#options
    const stop = clock.after(RENEW_MS, () => {
      this.#stopTimers = this.#stopTimers.filter((other) => other !== stop)
      void this.#owns().then((owned) => {
        if (!owned) this.ended(null)
        else if (this.#why === null) this.#renewLater()
      })
    })
    this.#stopTimers.push(stop)
  }

  /** Waits, but no longer once this generation is stopped. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#options.clock.after(ms, resolve)
      this.#abort.signal.addEventListener('abort', () => {
        stop()
        resolve()
      })
    })
  }

  #pauseAnyway(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(ms, resolve))
  }
}

/** Whether the error means that the room or the generation no longer exists. */
function isGone(error: unknown): boolean {
  return error instanceof Refusal && !error.body.retryable
}

/** The longest prefix of `text` within `bytes` UTF-8 bytes that ends between characters. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text).subarray(0, Math.max(0, bytes))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded, { stream: true })
}
