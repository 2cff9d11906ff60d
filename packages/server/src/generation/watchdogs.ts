// Time limits on Claude: to its first event, between two events with content, and for a whole answer.
//
// Timers end a silent answer. An answer that never stops sending is also checked against the clock: a loop that always
// has something to read may keep timers from firing.
import type { Clock } from '@roomcast/shared/clock'
import type { FailureCode } from './claude.ts'

export interface GenerationLimits {
  /** Longest wait for the first event of Claude, ms. */
  readonly firstEventMs: number
  /** Longest silence between two events with content, ms; not applied while Claude thinks. */
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

  /** @param onLate called with the reason when a limit is exceeded; another watchdog may call it again */
  constructor(clock: Clock, limits: GenerationLimits, onLate: (code: FailureCode) => void) {
    this.#clock = clock
    this.#limits = limits
    this.#onLate = onLate
  }

  /** Starts the time limit of the whole answer. */
  begin(): void {
    const { answerMs } = this.#limits
    this.#until = this.#clock.now() + answerMs
    this.#stopAnswer = this.#clock.after(answerMs, () => this.#onLate('too-slow'))
  }

  /** A request is being made. */
  asks(): void {
    this.#listen(this.#limits.firstEventMs, 'no-answer')
  }

  /** Claude sent an event with content. */
  hears(): void {
    if (this.#clock.now() >= this.#until) this.#onLate('too-slow')
    else this.#listen(this.#limits.silenceMs, 'silent')
  }

  /** Suspends the limit on silence. */
  rest(): void {
    this.#stopSilence?.()
    this.#stopSilence = null
  }

  /** Ends all limits. */
  stop(): void {
    this.rest()
    this.#stopAnswer?.()
  }

  #listen(ms: number, code: FailureCode): void {
    this.rest()
    this.#stopSilence = this.#clock.after(ms, () => this.#onLate(code))
  }
}
