// The code that whoever makes a room is asked for, where the operator has set one.
import { createHash, timingSafeEqual } from 'node:crypto'

export class StartCode {
  readonly #digest: Buffer

  constructor(code: string) {
    this.#digest = digestOf(code)
  }

  /** Whether this is the code; how long that takes tells nothing about it. */
  is(code: string): boolean {
    return timingSafeEqual(digestOf(code), this.#digest)
  }
}

function digestOf(code: string): Buffer {
  return createHash('sha256').update(code.trim()).digest()
}
