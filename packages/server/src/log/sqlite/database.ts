// The file itself: how it is opened, its transactions, and what its failures mean.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Refusal } from '@roomcast/shared/protocol'
import { migrate } from './schema.ts'

/** `entry`: survives the loss of power once committed. `reply`: survives the end of the process (no fsync). */
export type Durability = 'entry' | 'reply'

/** Another process has the data open. */
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

  /**
   * Opens or makes the file, takes it for this process alone, and migrates it.
   * @param path a file, or `:memory:`
   * @throws DataInUse when another process has it
   */
  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    try {
      // WAL: commits are appends. EXCLUSIVE: the lock is held until close, so a second process is refused.
      // secure_delete: a deleted room leaves no bytes in the file.
      this.#database.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON',
      )
      this.#database.exec('BEGIN IMMEDIATE; COMMIT')
      migrate(this.#database)
    } catch (error) {
      this.#database.close()
      throw errcode(error) === SQLITE_BUSY ? new DataInUse(path) : error
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
      throw translate(error)
    }
  }

  /** The rows of a query. The caller names their shape; it is the schema's. */
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
    if (this.#database.isOpen) this.#database.close()
  }

  #begin(durability: Durability): void {
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
      throw translate(error)
    }
  }
}

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14

/** The primary result code of an error of node:sqlite, which carries the extended one. */
function errcode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

function translate(error: unknown): unknown {
  const code = errcode(error)
  if (code === SQLITE_FULL) return refusal('storage-full', error)
  if (code === SQLITE_IOERR || code === SQLITE_CANTOPEN || code === SQLITE_READONLY)
    return refusal('storage-unavailable', error)
  return error
}

function refusal(code: 'storage-full' | 'storage-unavailable', cause: unknown): Refusal {
  const refused = new Refusal(code)
  refused.cause = cause
  return refused
}
