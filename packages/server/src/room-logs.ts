// Room logs: the judge in front of the log of entries of a storage.
import { endOfTurn, Judge, type JudgeOptions } from './judge/judge.ts'
import { RedisEntryLog, type RedisEntryLogOptions } from './log/redis/redis-entry-log.ts'
import { Database } from './log/sqlite/database.ts'
import type { Damage } from './log/sqlite/data-file.ts'
import { SqliteEntryLog, type SqliteEntryLogOptions } from './log/sqlite/sqlite-entry-log.ts'

type Judging = Omit<JudgeOptions, 'log'>

export interface OpenSqliteOptions extends Omit<SqliteEntryLogOptions, 'database'>, Judging {
  /** A file, made if missing, or `:memory:`. */
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
  const database = new Database(path, onDamage)
  const log = new SqliteEntryLog({ ...options, database })
  return new Judge({ gather: endOfTurn, ...options, log })
}

export type RedisRoomLogOptions = RedisEntryLogOptions & Judging

/** Rooms in Redis. `entries`: the log behind the judge. */
export function redisRoomLog(options: RedisRoomLogOptions): {
  readonly log: Judge
  readonly entries: RedisEntryLog
} {
  const entries = new RedisEntryLog(options)
  return { log: new Judge({ ...options, log: entries }), entries }
}
