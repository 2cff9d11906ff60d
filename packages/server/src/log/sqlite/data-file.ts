// Whether the file with the data is still the one that was opened. SQLite goes on with a file that was deleted, replaced or
// overwritten, and whatever is acknowledged then is lost with the process.
//
// The file is kept open: closing it anywhere in the process would give up the lock that SQLite has on it.
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

/** What may have happened to it. */
export type Damage = 'deleted' | 'replaced' | 'shortened' | 'overwritten' | 'damaged'

/** How every database begins: https://www.sqlite.org/fileformat.html */
const MAGIC = Buffer.from('SQLite format 3\0')

export class DataFile {
  readonly #path: string
  readonly #file: number
  #size: number
  /** Of the write-ahead log, once there is one. */
  #log: Stats | null = null
  /** SQLite itself could not read it. */
  #isUnreadable = false

  /** @param path of a database that is there; it is opened before SQLite takes its lock */
  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a+', 0o600)
    this.#size = fstatSync(this.#file).size
  }

  /** SQLite has found that it cannot be read. For good: somebody has to look after it. */
  cannotBeRead(): void {
    this.#isUnreadable = true
  }

  /** What has happened to it, or null; costs a few calls of the system. */
  check(): Damage | null {
    const own = fstatSync(this.#file)
    const there = statsOf(this.#path)
    if (there === null) return 'deleted'
    if (!isSame(there, own)) return 'replaced'
    // Nothing of ours makes it shorter.
    if (own.size < this.#size) return 'shortened'
    this.#size = own.size
    const beginning = Buffer.alloc(MAGIC.length)
    if (own.size > 0 && readSync(this.#file, beginning, 0, MAGIC.length, 0) > 0)
      if (!beginning.equals(MAGIC)) return 'overwritten'
    return this.#checkLog() ?? (this.#isUnreadable ? 'damaged' : null)
  }

  close(): void {
    closeSync(this.#file)
  }

  /** It is there from the first write until the end. */
  #checkLog(): Damage | null {
    const there = statsOf(`${this.#path}-wal`)
    if (this.#log === null) {
      this.#log = there
      return null
    }
    if (there === null) return 'deleted'
    return isSame(there, this.#log) ? null : 'replaced'
  }
}

function statsOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino
}
