// One run of Claude: from the moment the log has started it to the moment the log has ended it.
//
// The log decides how it ends; this object only proposes. Whatever stops it sets `#why` and aborts the request,
// and the reading loop looks at `#why` before it takes a chunk, since decoded chunks still come after an abort.
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

/** What is asked; `omitted` when older talk was left out. */
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
  /** Builds the prompt; or a shorter one than a prompt that was `tooLong`, null when there is none. */
  readonly prompt: (tooLong?: TooLong & { readonly prompt: Prompt }) => Promise<Built | null>
  /** Makes the id for the next question in the queue; null when nothing new may start. */
  readonly nextId: () => string | null
  /** Pause before attempt 1, 2, … after a failure that may pass, ms; null when it is not worth it. */
  readonly retryDelay: (failure: ClaudeFailure, attempt: number) => number | null
}

/** How a run went, for the logger and the caller; `next` is for this node to run. */
export interface Finished {
  readonly ended: GenerationEnded | null
  readonly next: Started | null
  readonly requestId: string | null
  readonly attempts: number
  /** What it took, however it ended. */
  readonly usage: Usage
  /** Why Claude says it failed, for the operator; nothing of the prompt is in it. */
  readonly reason: string | null
  /** Types that Claude sent and this version does not know, such as `block:hologram`. */
  readonly unknown: readonly string[]
}

/** Pause before an end that storage refused is proposed again, ms. */
const END_RETRY_MS = 500
/** How often the owner shows that it lives, ms; the lease of an adapter that has one is 6 s. */
const RENEW_MS = 1500
/** How often a prompt that is too long is made shorter. */
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
  /** Of the prompt: as it was estimated, and as Claude has told it. */
  #estimatedInput = 0
  #inputTokens: number | null = null
  #usage: Usage | null = null
  #attempts = 0
  /** Claude's own reason, once it has given one. */
  #stop = 'end_turn'
  #stopTimers: (() => void)[] = []
  #goingDown = false
  /** Gives storage up that does not take the signs of life. */
  #stopPatience: (() => void) | null = null
  /** What every proposal of the end calls the next generation: a log knows by it that the call is the same. */
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

  /** Runs to the end, whatever happens; never rejects for what Claude or the storage does. */
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

  /** The log has ended this generation, or may not be written any more: stops reading and paying at once. */
  ended(ended: GenerationEnded | null): void {
    this.#halt({ kind: 'ended', ended })
  }

  /** A member has stopped it, which the log cannot take now: nothing more is read or paid, and the log gets it when it can. */
  cancelled(by: MemberId, reason: string | undefined): void {
    this.#halt({ kind: 'cancelled', by, reason })
  }

  /** The node goes down: ends as `interrupted`, or is left to the next start when storage takes no end. */
  shutdown(): void {
    this.#goingDown = true
    this.#writer.hurry()
    this.#halt({ kind: 'shutdown' })
  }

  /** The operator has switched spending off: ends as `failed`, at once. */
  stopSpending(): void {
    this.#fail('spending-off')
  }

  /** Reads what is to be asked; storage that is away is waited for as long as for the text. */
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
        // Between its start in the log and now, anybody may have stopped it: then no request is made.
        if (!(await this.#owns())) this.ended(null)
        if (this.#why !== null) return this.#ending()
        this.#attempts++
        await this.#read(prompt)
        return this.#ending()
      } catch (error) {
        if (this.#why !== null) return this.#ending()
        const failure = error instanceof ClaudeFailure ? error : null
        this.#reason = failure?.reason ? reasonWithout(failure.reason, prompt) : null
        // Waiting of our own is no silence of Claude's.
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
      // Thinking may be silent for long, and its pings do not come through; a dead connection shows in the bytes.
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
    // Our own limit on length is the same to members as Claude's.
    this.#writer.push(kind, cutToBytes(text, room))
    this.#halt({ kind: 'full' })
    return true
  }

  #ending(): Ending {
    return endingOf(this.#why, this.#stop, this.#writer.hasSaid)
  }

  /** Proposes the end until the log has taken it or says that there is one already. */
  async #end(ending: Ending): Promise<Pick<Finished, 'ended' | 'next'>> {
    if (this.#why?.kind === 'ended') {
      this.#writer.drop()
      return { ended: this.#why.ended, next: null }
    }
    this.#watchdogs.rest()
    // After a stop nothing more is shown, also not what the log has not taken.
    if (this.#why?.kind === 'cancelled') this.#writer.drop()
    let final: FinalBytes | null =
      this.#why?.kind === 'cancelled' ? null : await this.#writer.seal()
    // Storage that stayed away for the last of the text has it cut off: that is not what Claude ended with.
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

  /** @returns null when storage is away */
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
        // Also without text: its position tells a storage that has lost its tail.
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

  /** Storage that lost its tail gets it again. Ahead of us it is somebody else's, and ends as it is. */
  async #afterElsewhere(final: FinalBytes | null, end: number): Promise<FinalBytes | null> {
    if (final === null) return null
    try {
      return (await this.#writer.mend(end)) ? final : null
    } catch {
      // ignored because: storage that is away again is asked again with the next proposal
      await this.#pauseAnyway(END_RETRY_MS)
      return final
    }
  }

  /** What was sent, and what came: as Claude reports it, and as far as it does not, estimated. */
  #usageOf(reported: number | null): Usage {
    const { length } = this.#writer
    // None for an answer that says something: that was not counted.
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

  /** False once it is known that somebody has ended it. Storage that is away says nothing, for a while. */
  async #owns(): Promise<boolean> {
    const { log, started, clock } = this.#options
    const asked = clock.now()
    try {
      const owned = await log.renew(started)
      this.#isBack()
      return owned
    } catch (error) {
      if (isGone(error)) return false
      // The writer has the same patience; but Claude may be thinking, with nothing to write.
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

  /** Waits, but not after something has stopped this generation. */
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

/** The room or the generation does not exist any more. */
function isGone(error: unknown): boolean {
  return error instanceof Refusal && !error.body.retryable
}

/** The longest beginning of `text` within `bytes` UTF-8 bytes that ends between characters. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text).subarray(0, Math.max(0, bytes))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded, { stream: true })
}
