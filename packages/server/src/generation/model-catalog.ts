// Which models may be asked, as Claude tells it; limits are read from the API rather than written down here.
import type { Models } from '@roomcast/shared/protocol'
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

export class ModelCatalog {
  readonly #claude: Claude
  readonly #simulated: boolean
  readonly #defaultModel: string
  #models: readonly ModelLimits[] = []

  constructor(claude: Claude, defaultModel: string, simulated: boolean) {
    this.#claude = claude
    this.#defaultModel = defaultModel
    this.#simulated = simulated
  }

  /** What is known so far; empty until `load` has succeeded. */
  get models(): readonly ModelLimits[] {
    return this.#models
  }

  /** Whether this model may be asked; anything may while nothing is known. */
  knows(id: string): boolean {
    return (
      this.#models.length === 0 ||
      id === this.#defaultModel ||
      this.#models.some((model) => model.id === id)
    )
  }

  /** Asks Claude. An endpoint without a list of models is fine: the default can be asked all the same. @throws ClaudeFailure */
  async load(): Promise<void> {
    this.#models = await this.#claude.models()
  }

  /** The list as the API of this server gives it. */
  list(): Models {
    const { models } = this
    const known = models.some((model) => model.id === this.#defaultModel)
    const fallback = {
      id: this.#defaultModel,
      name: this.#defaultModel,
      maxInputTokens: 0,
      maxOutputTokens: 0,
    }
    return {
      simulated: this.#simulated,
      default: this.#defaultModel,
      models: (known ? models : [fallback, ...models]).map((model) => {
        const price = PRICES[model.id]
        return { ...model, ...(price ? { price } : {}) }
      }),
    }
  }
}
