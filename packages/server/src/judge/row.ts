// The row of a room on this node: commands wait here while a batch is being decided, and are then decided together.
//
// A batch holds as many successive commands as may go together, so everyone who speaks at the same moment shares one round
// trip and one write of the storage. Ends wait for nothing and never stand in the row.

/** Maximum commands in one batch, and their bytes: followers get a batch in one frame. */
const MOST = 64
const MOST_BYTES = 128 * 1024

export interface Waiting {
  /** Nothing may go before it in one batch. */
  readonly isFirst: boolean
  /** No two commands of one batch share a name: the second only gets the answer of the first. Null: the command has no name. */
  readonly name: string | null
  /** Only commands of the same kind go together. */
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

  /** Takes out the next batch. */
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
