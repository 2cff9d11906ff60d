// Checks whether the data file is still the one that was opened. SQLite carries on with a file that was deleted, replaced or
// overwritten, and everything acknowledged after that is lost with the process.
//
// The file is kept open: closing it anywhere in the process would release SQLite's lock on it.
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

/** The ways in which the file may be damaged. */
export type Damage = 'deleted' | 'replaced' | 'shortened' | 'overwritten' | 'damaged'

/** How every database begins: https://www.sqlite.org/fileformat.html */
const MAGIC = Buffer.from('SQLite format 3\0')

export class DataFile {
  readonly #path: string
  readonly #file: number
  #size: number
  /** State of the write-ahead log, once there is one. */
  #log: Stats | null = null
  /** Whether SQLite itself could not read the file. */
  #isUnreadable = false

  /** @param path of the database, which is opened here before SQLite takes its lock */
  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a+', 0o600)
    this.#size = fstatSync(this.#file).size
  }

  /** SQLite could not read the file. This is permanent: the operator has to repair it. */
  cannotBeRead(): void {
    this.#isUnreadable = true
  }

  /** The damage to the file, or null. Costs a few system calls. */
  check(): Damage | null {
    const own = fstatSync(this.#file)
    const there = statsOf(this.#path)
    if (there === null) return 'deleted'
    if (!isSame(there, own)) return 'replaced'
    // This program never makes the file shorter.
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

  /** The write-ahead log exists from the first write until the database is closed. */
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
