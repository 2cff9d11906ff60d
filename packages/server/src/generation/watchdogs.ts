// How long Claude may take: to its first event, between two that say something, and for a whole answer.
//
// Timers end what is silent. What never stops sending is held against the clock as well: a loop that always has
// something to read may keep timers waiting.
import type { Clock } from '@roomcast/shared/clock'
import type { FailureCode } from './claude.ts'

export interface GenerationLimits {
  /** Longest wait for the first event of Claude, ms. */
  readonly firstEventMs: number
  /** Longest silence between two events that carry something, ms; not while Claude thinks. */
  readonly silenceMs: number
  /** Longest time for a whole answer, ms. */
  readonly answerMs: number
}

export class Watchdogs {
  readonly #clock: Clock
  readonly #limits: GenerationLimits
  readonly #onLate: (code: FailureCode) => void
  #until = Infinity
  #stopAnswer: (() => void) | null = null
  #stopSilence: (() => void) | null = null

  /** @param onLate hears once why it took too long; may be told again by another watchdog */
  constructor(clock: Clock, limits: GenerationLimits, onLate: (code: FailureCode) => void) {
    this.#clock = clock
    this.#limits = limits
    this.#onLate = onLate
  }

  /** The time for the whole answer begins. */
  begin(): void {
    const { answerMs } = this.#limits
    this.#until = this.#clock.now() + answerMs
    this.#stopAnswer = this.#clock.after(answerMs, () => this.#onLate('too-slow'))
  }

  /** A request is made. */
  asks(): void {
    this.#listen(this.#limits.firstEventMs, 'no-answer')
  }

  /** Something was said. */
  hears(): void {
    if (this.#clock.now() >= this.#until) this.#onLate('too-slow')
    else this.#listen(this.#limits.silenceMs, 'silent')
  }

  /** Silence means nothing now. */
  rest(): void {
    this.#stopSilence?.()
    this.#stopSilence = null
  }

  /** Nothing is watched any more. */
  stop(): void {
    this.rest()
    this.#stopAnswer?.()
  }

  #listen(ms: number, code: FailureCode): void {
    this.rest()
    this.#stopSilence = this.#clock.after(ms, () => this.#onLate(code))
  }
}
