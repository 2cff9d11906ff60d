// When something began that ends elsewhere in this process, or never: so many are remembered, the oldest is forgotten.

const MOST = 10_000

export class UnderWay {
  readonly #seconds: () => number
  readonly #most: number
  readonly #began = new Map<string, number>()

  /** @param seconds a clock that is never set back */
  constructor(seconds: () => number, most = MOST) {
    this.#seconds = seconds
    this.#most = most
  }

  /** It begins now, unless it has begun before; @returns whether it begins now */
  begin(key: string): boolean {
    if (this.#began.has(key)) return false
    this.#began.set(key, this.#seconds())
    const [oldest] = this.#began.keys()
    if (this.#began.size > this.#most && oldest !== undefined) this.#began.delete(oldest)
    return true
  }

  /** It is over: gives how long it took, seconds, or null if nothing is known of it. */
  end(key: string): number | null {
    const began = this.#began.get(key)
    if (began === undefined) return null
    this.#began.delete(key)
    return this.#seconds() - began
  }

  /** It will not come to its end. */
  forget(key: string): void {
    this.#began.delete(key)
  }
}
