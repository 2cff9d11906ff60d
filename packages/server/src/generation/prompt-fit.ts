// How much of a room fits into a prompt. Tokens are estimated here; where Claude has found a prompt too long, it has
// told how far off that was for this room and model, and the next ones are shorter.
import type { Prompt, TooLong } from './claude.ts'
import { estimateTokens } from './tokens.ts'

/** Rooms with a model that are remembered; beyond, the one that was used longest ago is forgotten, and learned anew. */
const REMEMBERED = 1000
/** Real tokens for each that was estimated, at most. */
const HIGHEST_RATIO = 64
/** What is learned of one prompt is not all of the next. */
const RESERVE = 1.05

interface Learned {
  /** Real tokens for each that was estimated. */
  readonly ratio: number
  /** Real tokens of a prompt at most, as Claude says. */
  readonly maximum: number
}

const NOTHING: Learned = { ratio: 1, maximum: Infinity }

export class PromptFit {
  readonly #learned = new Map<string, Learned>()

  /** Estimated tokens that a prompt may take, of `tokens` real ones. */
  budget(roomId: string, model: string, tokens: number): number {
    const { ratio, maximum } = this.#of(roomId, model)
    return Math.floor(Math.min(tokens, maximum) / ratio)
  }

  /** A prompt was too long. */
  learn(roomId: string, { prompt, tokens, maximum }: TooLong & { readonly prompt: Prompt }): void {
    const key = keyOf(roomId, prompt.model)
    const before = this.#of(roomId, prompt.model)
    const estimated = Math.max(1, estimateOf(prompt))
    const known = tokens !== null && maximum !== null && tokens > maximum
    // Untold, it is to be half as long.
    const ratio = known ? (tokens / estimated) * RESERVE : 2
    this.#learned.delete(key)
    this.#learned.set(key, {
      ratio: Math.min(HIGHEST_RATIO, Math.max(before.ratio, ratio)),
      maximum: Math.min(before.maximum, known ? maximum : estimated),
    })
    const [oldest] = this.#learned.keys()
    if (this.#learned.size > REMEMBERED && oldest !== undefined) this.#learned.delete(oldest)
  }

  #of(roomId: string, model: string): Learned {
    const key = keyOf(roomId, model)
    const learned = this.#learned.get(key)
    if (!learned) return NOTHING
    this.#learned.delete(key)
    this.#learned.set(key, learned)
    return learned
  }
}

/** Estimated tokens of a whole prompt. */
export function estimateOf({ system, turns }: Prompt): number {
  const parts = turns.flatMap((turn) => turn.parts)
  return parts.reduce((sum, part) => sum + estimateTokens(part), estimateTokens(system))
}

function keyOf(roomId: string, model: string): string {
  return `${roomId} ${model}`
}
