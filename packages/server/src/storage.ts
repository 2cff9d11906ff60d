// Opens the storage of a node: a SQLite file of its own, or a Redis shared by many nodes. Presence goes with it.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { loadSigningKey, type RandomBytes } from './access/signing-key.ts'
import type { Config, RedisStorage } from './config.ts'
import type { RoomLog } from './judge/room-log.ts'
import { SaveTrouble } from './log/save-trouble.ts'
import { Database } from './log/sqlite/database.ts'
import type { Logger } from './logger.ts'
import { MemoryPresence } from './presence/memory-presence.ts'
import type { PresencePort } from './presence/presence.ts'
import { RedisPresence } from './presence/redis-presence.ts'
import { Connections } from './redis/connections.ts'
import { askToSave, joinDeployment, missingSettings } from './redis/deployment.ts'
import { requirePermissions } from './redis/permissions.ts'
import { SubscriptionProbe } from './redis/subscription-probe.ts'
import type { ScriptFault } from './redis/refusals.ts'
import { Subscriptions } from './redis/subscriptions.ts'
import { redisRoomLog, sqliteRoomLog } from './room-logs.ts'
import { RedisSpentTokens } from './spending/redis-spent-tokens.ts'
import type { SpentTokens } from './spending/spent-tokens.ts'
import { SqliteSpentTokens } from './spending/sqlite-spent-tokens.ts'

export interface Storage {
  readonly log: RoomLog
  readonly presence: PresencePort
  readonly spent: SpentTokens
  /** Whether other nodes may serve the same rooms, so that members can move there. */
  readonly isShared: boolean
  /** Signs sessions and invites; the same on all nodes. */
  readonly signingKey: Uint8Array
  /** Checks that the storage is alive. Rejects if it is not. */
  ping(): Promise<void>
  /** Checks whether the storage could save something. @throws Refusal `storage-full`; or any error if it is unreachable */
  askToSave(): Promise<void>
  /** For use after an outage: resolves when followers of the log have been told of everything up to now. */
  catchUp(): Promise<void>
  /** How long ago a published probe last came back, ms; null if this storage publishes nothing. */
  probeAgeMs(): number | null
  close(): Promise<void>
}

interface StorageOptions {
  readonly clock: Clock
  readonly newId: () => string
  readonly random: RandomBytes
  readonly logger: Logger
  /** See RedisEntryLogOptions; SQLite loses nothing while it runs. */
  readonly onLost: () => void
  readonly onReasserted: (written: number, missing: number) => void
  readonly onRepairFailed: () => void
  /** Called when a Redis script has broken off: `denied` or `failed`. */
  readonly onScriptFault: (script: string, fault: ScriptFault) => void
}

/**
 * Opens the configured storage.
 * @throws DataInUse, NodeRefused, or an Error with a message for the operator
 */
export async function openStorage(config: Config, options: StorageOptions): Promise<Storage> {
  return config.storage.kind === 'redis'
    ? openRedis(config.storage, options)
    : openSqlite(config.dataDirectory, config.signingKey, options)
}

/** Logs faults in rooms. */
function hearing(logger: Logger) {
  return {
    onFollowerError: (err: unknown) => logger.error({ err }, 'a follower of a room failed'),
    onFault: (call: string, where: string) =>
      logger.error({ command: call, reason: where }, 'what nobody could read back was not written'),
    onRecoveryFailed: (roomId: string, err: unknown) =>
      logger.error({ err, roomId }, 'a room could not be recovered'),
  }
}

async function openSqlite(
  directory: string,
  givenKey: Uint8Array | undefined,
  { clock, newId, random, logger }: StorageOptions,
): Promise<Storage> {
  await mkdir(directory, { recursive: true })
  const database = new Database(join(directory, 'roomcast.sqlite'), (reason) =>
    logger.error(
      { reason },
      'the file of the rooms is not what it was; nothing is stored any more',
    ),
  )
  const presence = new MemoryPresence(clock)
  const trouble = new SaveTrouble(clock)
  const { log, entries } = sqliteRoomLog({
    database,
    clock,
    newId,
    heard: (entries) => trouble.of(entries),
    ...hearing(logger),
  })
  return {
    log,
    presence,
    spent: new SqliteSpentTokens(database),
    isShared: false,
    signingKey: givenKey ?? (await loadSigningKey(directory, random)),
    ping: () => entries.ping(),
    askToSave: async () => {
      await entries.askToSave()
      if (trouble.current) throw new Refusal(trouble.current.code)
    },
    catchUp: () => Promise.resolve(),
    probeAgeMs: () => null,
    close: async () => {
      presence.close()
      await log.close()
    },
  }
}

async function openRedis(
  { urls, cluster, namespace, signingKey }: RedisStorage,
  { clock, newId, logger, onLost, onReasserted, onRepairFailed, onScriptFault }: StorageOptions,
): Promise<Storage> {
  // Each attempt to connect fails again: log only the first failure until a connection works again.
  let isAway = false
  const connections = await Connections.open({ urls, cluster }, (err) => {
    if (!isAway) logger.warn({ code: codeOf(err) }, 'a connection to Redis is in trouble')
    isAway = true
  })
  for (const client of [connections.commands, connections.subscriber])
    client.on('ready', () => {
      if (isAway) logger.info('Redis answers again')
      isAway = false
    })
  const said = new Set<string>()
  connections.onScriptFault = (command, code) => {
    onScriptFault(command, code)
    // Scripts are retried: count every fault, but log each kind once.
    if (said.has(`${command} ${code}`)) return
    said.add(`${command} ${code}`)
    logger.error({ command, code }, 'a script of Redis did not come to its end')
  }
  try {
    await joinDeployment(connections, namespace, signingKey)
    await requirePermissions(connections, namespace)
    for (const sentence of await missingSettings(connections)) logger.warn(sentence)
    const onError = (err: unknown) => logger.error({ err }, 'a message of Redis was not understood')
    const subscriptions = new Subscriptions(connections, onError)
    const node = newId()
    const probe = await SubscriptionProbe.start(
      connections,
      subscriptions,
      clock,
      `${namespace}:probe:${node}`,
      (ms) => {
        if (ms === null) logger.info('the subscriptions are heard again')
        else logger.warn({ ms }, 'the subscriptions have fallen silent')
      },
    )
    const { log, entries } = redisRoomLog({
      connections,
      subscriptions,
      namespace,
      clock,
      newId,
      ...hearing(logger),
      onInterrupted: ({ roomId, generationId, end }) =>
        logger.warn(
          { roomId, generationId, end },
          'an answer had lost its node and was interrupted',
        ),
      onLost: (roomId) => {
        logger.error({ roomId }, 'Redis has lost what it had acknowledged')
        onLost()
      },
      onReasserted: (roomId, written, missing) => {
        logger.warn({ roomId, count: written }, 'entries that Redis had lost were written again')
        if (missing > 0)
          logger.error(
            { roomId, count: missing },
            'entries that Redis had lost have no place any more',
          )
        onReasserted(written, missing)
      },
      onRepairFailed: (roomId, err) => {
        logger.error({ err, roomId }, 'a room could not be given what Redis had lost of it')
        onRepairFailed()
      },
    })
    const presence = await RedisPresence.start({
      connections,
      subscriptions,
      clock,
      namespace,
      node,
      onError: (err) => logger.warn({ err }, 'who is here cannot be told to other nodes'),
    })
    return {
      log,
      presence,
      spent: new RedisSpentTokens(connections, namespace),
      isShared: true,
      signingKey,
      ping: async () =>
        void (await connections.commands.hexists(`${namespace}:deployment`, 'schema')),
      askToSave: () => askToSave(connections, namespace),
      catchUp: () => entries.catchUp(),
      probeAgeMs: () => probe.ageMs,
      close: async () => {
        presence.close()
        await log.close()
        probe.stop()
        subscriptions.close()
        connections.close()
      },
    }
  } catch (error) {
    connections.close()
    throw error
  }
}

/** The code of an error, such as ECONNREFUSED. */
function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name
}
