// The tokens a deployment has spent on a day, kept in its storage for all nodes and later starts.

/** A day in UTC, such as `2026-11-30`. */
export type Day = string

export interface SpentTokens {
  /**
   * Adds tokens to a day, in one step; a negative number corrects a high estimate.
   * @returns the total of that day over all nodes
   * @throws any error of a storage that is away or full; then nothing was added
   */
  add(day: Day, tokens: number): Promise<number>
}

/** The day of a time, ms since 1970. */
export function dayOf(now: number): Day {
  return new Date(now).toISOString().slice(0, 10)
}
