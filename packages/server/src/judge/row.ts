// The row of a room on this node: what is to be decided there waits for what is under way, and is then decided together.
//
// As many go together as follow each other and may: so one round trip and one write of the storage is shared by all who speak at the
// same moment. Ends wait for nobody and are not here.

/** Commands that go together at most, and their bytes: others hear of them in one frame. */
const MOST = 64
const MOST_BYTES = 128 * 1024

export interface Waiting {
  /** Nothing may go before it in one batch. */
  readonly isFirst: boolean
  /** Of two with one name, the second only gets the answer of the first. Null: it has none. */
  readonly name: string | null
  /** Only those of one kind go together. */
  readonly kind: string
  readonly bytes: number
}

export class Row<T extends Waiting> {
  #waiting: T[] = []

  get length(): number {
    return this.#waiting.length
  }

  add(one: T): void {
    this.#waiting.push(one)
  }

  /** Takes out those that go next. */
  take(): readonly T[] {
    const [first] = this.#waiting
    if (!first) return []
    let bytes = 0
    const names = new Set([first.name])
    const end = this.#waiting.findIndex((one, index) => {
      bytes += one.bytes
      if (index === 0) return false
      const isRepeated = one.name !== null && names.has(one.name)
      names.add(one.name)
      const isApart = one.isFirst || one.kind !== first.kind || isRepeated
      return isApart || index >= MOST || bytes > MOST_BYTES
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }
}
