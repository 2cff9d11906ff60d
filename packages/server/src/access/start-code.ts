// The code that creating a room requires, if the operator has set one.
import { createHash, timingSafeEqual } from 'node:crypto'

export class StartCode {
  readonly #digest: Buffer

  constructor(code: string) {
    this.#digest = digestOf(code)
  }

  /** Whether this is the code, in constant time. */
  is(code: string): boolean {
    return timingSafeEqual(digestOf(code), this.#digest)
  }
}

function digestOf(code: string): Buffer {
  return createHash('sha256').update(code.trim()).digest()
}
