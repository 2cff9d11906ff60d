// What a deployment has spent on a day, kept in its storage so that all nodes and later starts know it.

/** Names a day, in UTC, such as `2026-11-30`. */
export type Day = string

export interface SpentTokens {
  /**
   * Adds tokens to a day, in one step; a negative number takes back what was estimated too high.
   * @returns the whole of that day, by all nodes
   * @throws whatever the storage throws when it is away or full: then nothing was added
   */
  add(day: Day, tokens: number): Promise<number>
}

/** The day of a time, ms since 1970. */
export function dayOf(now: number): Day {
  return new Date(now).toISOString().slice(0, 10)
}
