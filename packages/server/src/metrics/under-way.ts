// Start times of operations that end elsewhere in this process, or never: up to a limit, beyond which the oldest is
// dropped.

const MOST = 10_000

export class UnderWay {
  readonly #seconds: () => number
  readonly #most: number
  readonly #began = new Map<string, number>()

  /** @param seconds monotonic time */
  constructor(seconds: () => number, most = MOST) {
    this.#seconds = seconds
    this.#most = most
  }

  /** Starts an operation, unless it has started before; @returns whether it starts now */
  begin(key: string): boolean {
    if (this.#began.has(key)) return false
    this.#began.set(key, this.#seconds())
    const [oldest] = this.#began.keys()
    if (this.#began.size > this.#most && oldest !== undefined) this.#began.delete(oldest)
    return true
  }

  /** Ends an operation. Returns its duration, s, or null if its start is unknown. */
  end(key: string): number | null {
    const began = this.#began.get(key)
    if (began === undefined) return null
    this.#began.delete(key)
    return this.#seconds() - began
  }

  /** Drops an operation that will not end. */
  forget(key: string): void {
    this.#began.delete(key)
  }
}
