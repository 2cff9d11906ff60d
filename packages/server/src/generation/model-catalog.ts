// The available models, with limits read from Claude's API rather than written down here.
import { type Models, Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Claude, ModelLimits } from './claude.ts'

/** US dollars per million tokens, list prices of November 2026 (https://docs.anthropic.com/en/docs/about-claude/pricing). */
const PRICES: Readonly<Record<string, { input: number; output: number }>> = {
  'claude-sonnet-5-5': { input: 2, output: 10 },
  'claude-opus-5-5': { input: 4, output: 20 },
  'claude-fable-5-1': { input: 10, output: 50 },
  'claude-sonnet-5': { input: 2, output: 10 },
  'claude-opus-5': { input: 5, output: 25 },
  'claude-opus-4-8': { input: 5, output: 25 },
  'claude-opus-4-7': { input: 5, output: 25 },
  'claude-sonnet-4-6': { input: 3, output: 15 },
  'claude-haiku-4-5': { input: 1, output: 5 },
}

interface ModelCatalogOptions {
  readonly claude: Pick<Claude, 'models'>
  readonly clock: Clock
  /** Always available, even while the list is not loaded. */
  readonly defaultModel: string
  readonly simulated: boolean
  /** Called when the list has been loaded; `isFirstTry`: on the first attempt. */
  readonly onLoaded: (isFirstTry: boolean) => void
  /** Called once with the first error, if the first attempt fails. */
  readonly onUnread: (error: unknown) => void
}

/** Pause before the list is requested again, ms; it doubles each time, up to the longest. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000
/** How long a starting node waits for the first attempt, ms. */
const FIRST_TRY_MS = 1000

export class ModelCatalog {
  readonly #options: ModelCatalogOptions
  #models: readonly ModelLimits[] = []
  #isKnown = false
  #closed = false
  #stopRetry: (() => void) | null = null

  /** Call `open` next. */
  constructor(options: ModelCatalogOptions) {
    this.#options = options
  }

  /** Requests the list from Claude until it arrives. Resolves after the first attempt, or after a second. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#options.clock.after(FIRST_TRY_MS, resolve)
      void this.#load(RETRY_MS).then(() => {
        stop()
        resolve()
      })
    })
  }

  /** Stops requesting the list. Idempotent. */
  close(): void {
    this.#closed = true
    this.#stopRetry?.()
  }

  /** The models known so far; empty until Claude has listed them. */
  get models(): readonly ModelLimits[] {
    return this.#models
  }

  /**
   * Checks that a model is available; while the list is not loaded, only the default is.
   * @throws Refusal `model-unknown`
   */
  require(id: string): void {
    const { defaultModel } = this.#options
    if (id === defaultModel || this.#models.some((model) => model.id === id)) return
    if (this.#isKnown) throw new Refusal('model-unknown')
    const problem = `The list of models is not known yet. Use ${defaultModel}, or try again in a moment.`
    throw new Refusal('model-unknown', problem)
  }

  async #load(retryMs: number): Promise<void> {
    const { claude, clock, onLoaded, onUnread } = this.#options
    const isFirstTry = retryMs === RETRY_MS
    try {
      const models = await claude.models()
      if (this.#closed) return
      this.#models = models
      this.#isKnown = true
      onLoaded(isFirstTry)
    } catch (error) {
      if (this.#closed) return
      if (isFirstTry) onUnread(error)
      const next = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      this.#stopRetry = clock.after(retryMs, () => void this.#load(next))
    }
  }

  /** The list as this server's API returns it. */
  list(): Models {
    const { models } = this
    const { defaultModel, simulated } = this.#options
    const known = models.some((model) => model.id === defaultModel)
    const fallback = {
      id: defaultModel,
      name: defaultModel,
      maxInputTokens: 0,
      maxOutputTokens: 0,
      thinks: false,
    }
    return {
      simulated,
      default: defaultModel,
      models: (known ? models : [fallback, ...models]).map((model) => {
        const price = PRICES[model.id]
        return { ...model, ...(price ? { price } : {}) }
      }),
    }
  }
}
