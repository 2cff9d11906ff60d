// Whether Claude may be asked at all: the operator's switch, and a limit on tokens per day for the whole deployment.
//
// Guarantees: after `off` this node makes no new request. Tokens are charged to the storage: first the estimate of each
// prompt as it is sent, so that it is charged even if the node dies, and at the end the difference to Claude's report.
// Once
// the day's tokens are used up, questions are refused; running answers continue, so only they can exceed the limit.
import { errorBody, type ErrorBody, type GenerationId, type Usage } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type Day, dayOf, type SpentTokens } from './spent-tokens.ts'

/** How often the other nodes' spending is read, and failed charges are retried, ms. */
const POLL_MS = 5000

interface SpendingOptions {
  readonly store: SpentTokens
  readonly clock: Clock
  /**
   * Limit on tokens, of prompts and answers, per day (UTC) over all nodes; undefined: no limit, and nothing is stored.
   */
  readonly dailyTokens: number | undefined
  /** Whether spending is off from the start. */
  readonly isOff: boolean
  /** Called when the storage did not take a charge; it is retried. */
  readonly onError: (error: unknown) => void
}

export class Spending {
  readonly #options: SpendingOptions
  #isOff: boolean
  #spent: { day: Day; tokens: number }
  /** The estimates charged for the answers that run on this node. */
  readonly #estimates = new Map<GenerationId, number>()
  /** Tokens that the storage has not taken yet. */
  #uncharged = 0
  #charging: Promise<void> | null = null
  #stopPolling: (() => void) | null = null

  constructor(options: SpendingOptions) {
    this.#options = options
    this.#isOff = options.isOff
    this.#spent = { day: dayOf(options.clock.now()), tokens: 0 }
  }

  /** Reads the tokens spent today, and reads them again every 5 s until `close`. Does nothing without a limit. */
  async open(): Promise<void> {
    if (this.#options.dailyTokens === undefined) return
    await this.#charge()
    this.#pollLater()
  }

  /** The reason why no question may be asked now; null if it may. */
  refusal(): ErrorBody | null {
    if (this.#isOff) return errorBody('spending-off')
    const { dailyTokens } = this.#options
    if (dailyTokens === undefined || this.#today() + this.#uncharged < dailyTokens) return null
    return errorBody('tokens-used-up')
  }

  /** Refuses every question until the program restarts. */
  off(): void {
    this.#isOff = true
  }

  /**
   * Charges the estimated tokens of a prompt about to be sent; a later prompt of the same answer replaces the estimate.
   */
  asks(generationId: GenerationId, tokens: number): void {
    this.#add(tokens - (this.#estimates.get(generationId) ?? 0))
    this.#estimates.set(generationId, tokens)
  }

  /**
   * Charges the difference between the estimate and the actual usage of an answer.
   * @param asked whether a request was made
   * @param usage the tokens used; without prompt tokens, the estimate for them stays charged
   * @returns the total of tokens used
   */
  finished(generationId: GenerationId, asked: boolean, usage: Usage): number {
    const estimate = this.#estimates.get(generationId) ?? 0
    this.#estimates.delete(generationId)
    const tokens = asked ? (usage.inputTokens || estimate) + usage.outputTokens : 0
    this.#add(tokens - estimate)
    return tokens
  }

  /** Ends an answer whose usage is unknown: the estimate stays charged. */
  lost(generationId: GenerationId): void {
    this.#estimates.delete(generationId)
  }

  #add(tokens: number): void {
    if (this.#options.dailyTokens === undefined || tokens === 0) return
    this.#uncharged += tokens
    void this.#chargeOnce()
  }

  /** Resolves after a last attempt to charge the rest. */
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
