// Whether Claude may be asked at all: a switch for the operator, and a number of tokens for a day and the whole deployment.
//
// Guarantees: after `off` nothing new is asked on this node. The tokens of a day are charged to the storage: the estimate of a
// prompt as it is sent, so that a node that dies has charged it, and the difference to what Claude reports at the end. A
// question is refused once the day is used up; answers that run then go on, so a day is exceeded by those at most.
import { errorBody, type ErrorBody, type GenerationId, type Usage } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type Day, dayOf, type SpentTokens } from './spent-tokens.ts'

/** How often the other nodes' spending is looked at, and what could not be charged is charged again, ms. */
const POLL_MS = 5000

interface SpendingOptions {
  readonly store: SpentTokens
  readonly clock: Clock
  /** Tokens, of prompts and answers, for a day (UTC) and all nodes; undefined: no limit, and nothing is kept. */
  readonly dailyTokens: number | undefined
  /** Off from the start. */
  readonly isOff: boolean
  /** Hears that the storage did not take a charge; it is tried again. */
  readonly onError: (error: unknown) => void
}

export class Spending {
  readonly #options: SpendingOptions
  #isOff: boolean
  #spent: { day: Day; tokens: number }
  /** The estimates that were charged for the answers that run on this node. */
  readonly #estimates = new Map<GenerationId, number>()
  /** What the storage has not taken yet. */
  #uncharged = 0
  #charging: Promise<void> | null = null
  #stopPolling: (() => void) | null = null

  constructor(options: SpendingOptions) {
    this.#options = options
    this.#isOff = options.isOff
    this.#spent = { day: dayOf(options.clock.now()), tokens: 0 }
  }

  /** Reads what was spent today, and looks again every 5 s until `close`. Does nothing without a limit. */
  async open(): Promise<void> {
    if (this.#options.dailyTokens === undefined) return
    await this.#charge()
    this.#pollLater()
  }

  /** Why no question may be asked now; null when it may. */
  refusal(): ErrorBody | null {
    if (this.#isOff) return errorBody('spending-off')
    const { dailyTokens } = this.#options
    if (dailyTokens === undefined || this.#today() + this.#uncharged < dailyTokens) return null
    return errorBody('tokens-used-up')
  }

  /** Nothing is asked from now on, until the program starts again. */
  off(): void {
    this.#isOff = true
  }

  /** Claude is about to be asked with a prompt of so many tokens, as estimated; again when it is asked with another one. */
  asks(generationId: GenerationId, tokens: number): void {
    this.#add(tokens - (this.#estimates.get(generationId) ?? 0))
    this.#estimates.set(generationId, tokens)
  }

  /**
   * An answer is over.
   * @param asked whether a request was made
   * @param usage what it took; without tokens of the prompt, those that were estimated stay charged
   * @returns the tokens it took in all
   */
  finished(generationId: GenerationId, asked: boolean, usage: Usage): number {
    const estimate = this.#estimates.get(generationId) ?? 0
    this.#estimates.delete(generationId)
    const tokens = asked ? (usage.inputTokens || estimate) + usage.outputTokens : 0
    this.#add(tokens - estimate)
    return tokens
  }

  /** An answer is over, and nobody knows what it took: the estimate stays charged. */
  lost(generationId: GenerationId): void {
    this.#estimates.delete(generationId)
  }

  #add(tokens: number): void {
    if (this.#options.dailyTokens === undefined || tokens === 0) return
    this.#uncharged += tokens
    void this.#chargeOnce()
  }

  /** Resolves when the storage has taken what it takes. */
  async close(): Promise<void> {
    this.#stopPolling?.()
    this.#stopPolling = null
    await this.#charging
    if (this.#uncharged !== 0) await this.#chargeOnce()
  }

  #chargeOnce(): Promise<void> {
    this.#charging ??= this.#charge().finally(() => (this.#charging = null))
    return this.#charging
  }

  #today(): number {
    return this.#spent.day === dayOf(this.#options.clock.now()) ? this.#spent.tokens : 0
  }

  async #charge(): Promise<void> {
    const { store, clock, onError } = this.#options
    do {
      const [day, tokens] = [dayOf(clock.now()), this.#uncharged]
      try {
        const whole = await store.add(day, tokens)
        this.#uncharged -= tokens
        this.#spent = { day, tokens: whole }
      } catch (error) {
        onError(error)
        return
      }
    } while (this.#uncharged !== 0)
  }

  #pollLater(): void {
    this.#stopPolling = this.#options.clock.after(POLL_MS, () => {
      void this.#chargeOnce().then(() => {
        if (this.#stopPolling) this.#pollLater()
      })
    })
  }
}
