// Spent tokens in Redis: one number per day, to which all nodes add.
import type { Connections } from '../redis/connections.ts'
import type { Day, SpentTokens } from './spent-tokens.ts'

/** How long a day's number is kept after the last addition, seconds. */
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
    // Expire first, so that a failure of either command has added nothing. A reconnection may send an addition again,
    // and count it twice.
    await commands.expire(key, KEPT_SECONDS)
    const total = await commands.incrby(key, tokens)
    if (total === tokens) await commands.expire(key, KEPT_SECONDS)
    // A correction of yesterday's high estimate must not become a credit for today.
    return total < 0 ? await commands.incrby(key, -total) : total
  }
}
