// Fits a room into a prompt. Tokens are estimated here; when Claude finds a prompt too long, its error shows how far
// off the estimate was for this room and model, and the next prompts are shorter.
import type { Prompt, TooLong } from './claude.ts'
import { estimateTokens } from './tokens.ts'

/** Pairs of room and model that are remembered; beyond this limit, the pair used longest ago is forgotten. */
const REMEMBERED = 1000
/** Upper limit on real tokens per estimated token. */
const HIGHEST_RATIO = 64
/** Safety margin, since the next prompt may differ from the one that was measured. */
const RESERVE = 1.05

interface Learned {
  /** Real tokens per estimated token. */
  readonly ratio: number
  /** Claude's limit on a prompt, in real tokens. */
  readonly maximum: number
}

const NOTHING: Learned = { ratio: 1, maximum: Infinity }

export class PromptFit {
  readonly #learned = new Map<string, Learned>()

  /** The estimated tokens that fit into `tokens` real ones. */
  budget(roomId: string, model: string, tokens: number): number {
    const { ratio, maximum } = this.#of(roomId, model)
    return Math.floor(Math.min(tokens, maximum) / ratio)
  }

  /** Learns from a prompt that was too long. */
  learn(roomId: string, { prompt, tokens, maximum }: TooLong & { readonly prompt: Prompt }): void {
    const key = keyOf(roomId, prompt.model)
    const before = this.#of(roomId, prompt.model)
    const estimated = Math.max(1, estimateOf(prompt))
    const known = tokens !== null && maximum !== null && tokens > maximum
    // If Claude gives no numbers, the next prompt is half as long.
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
