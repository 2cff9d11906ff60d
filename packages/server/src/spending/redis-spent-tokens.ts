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
    const total = await commands.incrby(key, tokens)
    await commands.expire(key, KEPT_SECONDS)
    return total
  }
}
