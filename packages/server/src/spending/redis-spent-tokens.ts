// Spent tokens in Redis: a number for each day, which all nodes add to.
import type { Connections } from '../redis/connections.ts'
import type { Day, SpentTokens } from './spent-tokens.ts'

/** For how long a day is kept after something was added to it, seconds. */
const KEPT_SECONDS = 40 * 24 * 60 * 60

export class RedisSpentTokens implements SpentTokens {
  readonly #connections: Connections
  readonly #namespace: string

  constructor(connections: Connections, namespace: string) {
    this.#connections = connections
    this.#namespace = namespace
  }

  async add(day: Day, tokens: number): Promise<number> {
    const { commands } = this.#connections
    const key = `${this.#namespace}:spent:${day}`
    if (tokens === 0) return Number((await commands.get(key)) ?? 0)
    // First, so that a failure of either has added nothing. A connection that breaks sends an addition again: it may count twice.
    await commands.expire(key, KEPT_SECONDS)
    const total = await commands.incrby(key, tokens)
    if (total === tokens) await commands.expire(key, KEPT_SECONDS)
    // An estimate of yesterday that was too high is nothing to spend today.
    return total < 0 ? await commands.incrby(key, -total) : total
  }
}
