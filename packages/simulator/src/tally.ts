/** Counts how often each key was seen; beyond its limit it forgets the oldest keys. */
export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #keys: number

  constructor(keys: number) {
    this.#keys = keys
  }

  /** Counts the key once more and returns its total, this time included. */
  count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.delete(key)
    this.#counts.set(key, count)
    const oldest = this.#counts.keys().next().value
    if (this.#counts.size > this.#keys && oldest !== undefined) this.#counts.delete(oldest)
    return count
  }

  clear(): void {
    this.#counts.clear()
  }
}
