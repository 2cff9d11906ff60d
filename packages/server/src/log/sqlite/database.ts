// The database file: opening it, its transactions, and the meaning of its failures. A reserve beside it lets ends be stored
// even on a full disk, and the file is checked, since SQLite does not notice when it is deleted.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Refusal } from '@roomcast/shared/protocol'
import { type Damage, DataFile } from './data-file.ts'
import { Reserve } from './reserve.ts'
import { migrate } from './schema.ts'

/** `entry`: survives a power failure once committed. `reply`: survives the end of the process (no fsync). */
type Durability = 'entry' | 'reply'

/** Another process has the data file open. */
export class DataInUse extends Error {
  constructor(path: string) {
    super(`Another Roomcast process is using ${path}. Stop it first, or choose another DATA_DIR.`)
    this.name = 'DataInUse'
  }
}

const PRAGMA: Record<Durability, string> = {
  entry: 'PRAGMA synchronous = FULL',
  reply: 'PRAGMA synchronous = NORMAL',
}

export class Database {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #durability: Durability | null = null
  /** Null for a database in memory. */
  readonly #file: DataFile | null
  readonly #reserve: Reserve | null
  readonly #onDamage: (damage: Damage) => void
  #damage: Damage | null = null

  /**
   * Opens or creates the file, locks it for this process alone, and migrates it.
   * @param path a file, or `:memory:`
   * @param onDamage called once if the file is damaged
   * @throws DataInUse when another process has the file open
   */
  constructor(path: string, onDamage: (damage: Damage) => void = () => undefined) {
    this.#onDamage = onDamage
    const isFile = path !== ':memory:'
    this.#file = isFile ? new DataFile(path) : null
    this.#database = new DatabaseSync(path)
    try {
      // WAL: commits are appends. EXCLUSIVE: the lock is held until close, so a second process is refused.
      // secure_delete: a deleted room leaves no bytes in the file.
      this.#database.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON',
      )
      this.#database.exec('BEGIN IMMEDIATE; COMMIT')
      migrate(this.#database)
      // Records the write-ahead log, which exists from here on.
      this.#file?.check()
      this.#reserve = isFile ? new Reserve(`${path}-reserve`) : null
    } catch (error) {
      this.#database.close()
      this.#file?.close()
      throw startError(error, path)
    }
  }

  /** Runs `work` as one step: all of it is stored, or nothing. Storage failures become refusals. */
  transaction<T>(durability: Durability, work: () => T): T {
    this.#within(() => this.#begin(durability))
    try {
      const result = work()
      this.#within(() => this.#database.exec('COMMIT'))
      return result
    } catch (error) {
      // A failed COMMIT or statement may have rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw this.#translated(error)
    }
  }

  /**
   * A transaction that must succeed even on a full disk: there it gets the reserve, piece by piece.
   * @param work receives whether the disk is full, and then writes as little as possible
   */
  transactionWithReserve<T>(durability: Durability, work: (isFull: boolean) => T): T {
    let isFull = false
    try {
      for (;;)
        try {
          return this.transaction(durability, () => work(isFull))
        } catch (error) {
          const isRefused = error instanceof Refusal && error.body.code === 'storage-full'
          if (!isRefused || !this.#reserve?.release()) throw error
          isFull = true
        }
    } finally {
      if (isFull) this.#reserve?.refill()
    }
  }

  /**
   * Checks whether something could be saved now.
   * @throws Refusal `storage-full`; `storage-unavailable` if the file is damaged
   */
  askToSave(): void {
    this.requireFile()
    if (this.#reserve?.hasRoom() === false) throw new Refusal('storage-full')
  }

  /** Checks the file. @throws Refusal `storage-unavailable` if it is damaged */
  requireFile(): void {
    const before = this.#damage
    this.#damage = this.#file?.check() ?? null
    if (this.#damage === null) return
    if (before === null) this.#onDamage(this.#damage)
    throw new Refusal('storage-unavailable')
  }

  /** The rows of a query. The caller gives their type, which must match the schema. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#within(() => this.#statement(sql).all(...values)) as Row[]
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#within(() => this.#statement(sql).get(...values)) as Row | undefined
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#within(() => this.#statement(sql).run(...values))
  }

  get isOpen(): boolean {
    return this.#database.isOpen
  }

  close(): void {
    if (!this.#database.isOpen) return
    this.#database.close()
    this.#reserve?.close()
    // Closed last: closing it releases the lock on the file.
    this.#file?.close()
  }

  #begin(durability: Durability): void {
    // A write to a damaged file could not be found again.
    if (this.#damage !== null) throw new Refusal('storage-unavailable')
    if (this.#durability !== durability) this.#database.exec(PRAGMA[durability])
    this.#durability = durability
    this.#database.exec('BEGIN IMMEDIATE')
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #within<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new Refusal('storage-unavailable')
    try {
      return work()
    } catch (error) {
      throw this.#translated(error)
    }
  }

  #translated(error: unknown): unknown {
    const code = errcode(error)
    if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) this.#file?.cannotBeRead()
    return translate(error)
  }
}

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

const UNAVAILABLE: ReadonlySet<number | null> = new Set([
  SQLITE_IOERR,
  SQLITE_CANTOPEN,
  SQLITE_READONLY,
  SQLITE_CORRUPT,
  SQLITE_NOTADB,
])

/** The primary result code of an error of node:sqlite, which carries the extended one. */
function errcode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

/** The reason why the file could not be opened, for the operator. */
function startError(error: unknown, path: string): unknown {
  const code = errcode(error)
  if (code === SQLITE_BUSY) return new DataInUse(path)
  if (code !== SQLITE_FULL) return error
  return new Error(
    `there is no room on the disk of ${path}, and this version has to write there first.`,
  )
}

function translate(error: unknown): unknown {
  const code = errcode(error)
  if (code === SQLITE_FULL) return refusal('storage-full', error)
  if (UNAVAILABLE.has(code)) return refusal('storage-unavailable', error)
  return error
}

function refusal(code: 'storage-full' | 'storage-unavailable', cause: unknown): Refusal {
  const refused = new Refusal(code)
  refused.cause = cause
  return refused
}
