// Room logs: the judge in front of a storage's log of entries.
import { endOfTurn, Judge, type JudgeOptions } from './judge/judge.ts'
import type { EntryLog } from './log/entry-log.ts'
import { RedisEntryLog, type RedisEntryLogOptions } from './log/redis/redis-entry-log.ts'
import { Database } from './log/sqlite/database.ts'
import type { Damage } from './log/sqlite/data-file.ts'
import { SqliteEntryLog, type SqliteEntryLogOptions } from './log/sqlite/sqlite-entry-log.ts'

type Judging = Omit<JudgeOptions, 'log'>

interface SqliteRoomLogOptions extends SqliteEntryLogOptions, Judging {
  /** Wraps the log of entries before the judge gets it; default: unchanged. */
  readonly heard?: (entries: EntryLog) => EntryLog
}

/** Rooms in a file. `entries`: the log behind the judge. */
export function sqliteRoomLog({ heard = (entries) => entries, ...options }: SqliteRoomLogOptions): {
  readonly log: Judge
  readonly entries: SqliteEntryLog
} {
  const entries = new SqliteEntryLog(options)
  return { log: new Judge({ gather: endOfTurn, ...options, log: heard(entries) }), entries }
}

interface OpenSqliteOptions extends Omit<SqliteRoomLogOptions, 'database'> {
  /** A file, created if missing, or `:memory:`. */
  readonly path: string
  /** See Database. */
  readonly onDamage?: (damage: Damage) => void
}

/**
 * Opens rooms in a file of their own.
 * @throws DataInUse when another process has the file open
 */
export async function openSqliteRoomLog({
  path,
  onDamage,
  ...options
}: OpenSqliteOptions): Promise<Judge> {
  return sqliteRoomLog({ ...options, database: new Database(path, onDamage) }).log
}

export type RedisRoomLogOptions = RedisEntryLogOptions & Judging

/** Rooms in Redis. `entries`: the log behind the judge. */
export function redisRoomLog(options: RedisRoomLogOptions): {
  readonly log: Judge
  readonly entries: RedisEntryLog
} {
  const entries = new RedisEntryLog(options)
  entries.start()
  return { log: new Judge({ ...options, log: entries }), entries }
}
