// Spent tokens in the database file of the rooms, for the last few days.
import type { Database } from '../log/sqlite/database.ts'
import type { Day, SpentTokens } from './spent-tokens.ts'

/** Limit on days kept. */
const MOST_DAYS = 40

export class SqliteSpentTokens implements SpentTokens {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(day: Day, tokens: number): Promise<number> {
    if (tokens === 0) return this.#of(day)
    return this.#database.transaction('entry', () => {
      this.#database.run(
        `INSERT INTO spent_tokens (day, tokens) VALUES (?, max(0, ?))
         ON CONFLICT (day) DO UPDATE SET tokens = max(0, tokens + ?)`,
        day,
        tokens,
        tokens,
      )
      this.#database.run(
        'DELETE FROM spent_tokens WHERE day NOT IN (SELECT day FROM spent_tokens ORDER BY day DESC LIMIT ?)',
        MOST_DAYS,
      )
      return this.#of(day)
    })
  }

  #of(day: Day): number {
    const sql = 'SELECT tokens FROM spent_tokens WHERE day = ?'
    return this.#database.get<{ tokens: number }>(sql, day)?.tokens ?? 0
  }
}
