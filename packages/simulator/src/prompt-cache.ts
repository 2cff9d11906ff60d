/**
 * Prompt caching as usage numbers: how much of a prompt is read from the cache, and how much is written.
 * A prefix is remembered if it ends with a block marked with `cache_control`; nothing under 1,024 tokens
 * is cached. Remembers 1,000 prefixes and forgets the oldest; entries do not expire.
 */
import { createHash } from 'node:crypto'
import type { MessagesRequest } from './request.ts'
import { countTokens } from './tokens.ts'

export type CachedTokens = {
  readonly read: number
  readonly written: number
  readonly uncached: number
}

const SMALLEST_TOKENS = 1024
const KEPT_PREFIXES = 1000

export class PromptCache {
  readonly #prefixes = new Set<string>()

  /** The three parts add up to the request's input tokens. Remembers the marked prefixes. */
  use(request: MessagesRequest): CachedTokens {
    const hash = createHash('sha256').update(request.model.id)
    let tokens = 0
    let read = 0
    let cacheable = 0
    for (const block of [...request.system, ...request.turns.flatMap((turn) => turn.blocks)]) {
      hash.update(`\u0000${block.text}`)
      tokens += countTokens(block.text)
      const key = hash.copy().digest('base64')
      if (tokens < SMALLEST_TOKENS) continue
      if (this.#prefixes.has(key)) read = tokens
      if (block.cached) {
        cacheable = tokens
        this.#remember(key)
      }
    }
    const covered = Math.max(read, cacheable)
    return { read, written: covered - read, uncached: request.inputTokens - covered }
  }

  clear(): void {
    this.#prefixes.clear()
  }

  #remember(key: string): void {
    this.#prefixes.add(key)
    const oldest = this.#prefixes.values().next().value
    if (this.#prefixes.size > KEPT_PREFIXES && oldest !== undefined) this.#prefixes.delete(oldest)
  }
}
