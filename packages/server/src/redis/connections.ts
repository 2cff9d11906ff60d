// The two connections of a node to Redis: one for commands and scripts, one for subscriptions. The only importer of ioredis.
//
// Guarantees: every command is answered or refused within COMMAND_MS. While Redis is unreachable, commands are refused at once
// instead of being queued, so nothing is done after it was refused. ioredis may send a command twice if its connection
// breaks (measured: an INCR ran twice), hence every script is idempotent.
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { type ScriptFault, scriptFault } from './refusals.ts'
import type { Script } from './script.ts'

/** The longest wait for an answer, ms. */
const COMMAND_MS = 2000
const CONNECT_MS = 5000
const KEEP_ALIVE_MS = 10_000
/** The longest pause between two attempts to connect, ms. */
const MOST_PAUSE_MS = 2000

export interface RedisAddress {
  /** `redis://` or `rediss://`; for a cluster, some of its nodes. */
  readonly urls: readonly string[]
  /** A cluster, with sharded publish and subscribe. */
  readonly cluster: boolean
}

type Client = Redis | Cluster

export class Connections {
  readonly commands: Client
  /** In a cluster the client keeps a connection to each master. */
  readonly subscriber: Client
  readonly cluster: boolean
  readonly #defined = new Set<string>()

  /**
   * Connects.
   * @param onError receives connection errors; ioredis reconnects by itself
   * @throws Error when Redis cannot be reached or refuses the connection
   */
  static async open(
    { urls, cluster }: RedisAddress,
    onError: (error: Error) => void,
  ): Promise<Connections> {
    const open = (subscribes: boolean): Client =>
      cluster ? openCluster(urls, subscribes) : openSingle(urls[0] ?? '', subscribes)
    const [commands, subscriber] = [open(false), open(true)]
    const clients = [commands, subscriber]
    let lastError: Error | null = null
    for (const client of clients)
      client.on('error', (error: Error) => {
        lastError = error
        onError(error)
      })
    try {
      await Promise.all(clients.map((client) => client.connect()))
    } catch (error) {
      for (const client of clients) client.disconnect()
      throw new Error(`Redis cannot be reached: ${(lastError ?? (error as Error)).message}`, {
        cause: error,
      })
    }
    return new Connections(commands, subscriber, cluster)
  }

  /** Called each time a script breaks off. Set by the caller that opens the connections. */
  onScriptFault: (script: string, fault: ScriptFault) => void = () => undefined

  private constructor(commands: Client, subscriber: Client, cluster: boolean) {
    this.commands = commands
    this.subscriber = subscriber
    this.cluster = cluster
  }

  /** The publish command that scripts must use with this Redis. */
  get publishCommand(): 'publish' | 'spublish' {
    return this.cluster ? 'spublish' : 'publish'
  }

  /** Runs a script by its digest, or with its text if Redis does not have it. */
  async run(
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[] = [],
  ): Promise<unknown> {
    if (!this.#defined.has(script.name)) {
      this.commands.defineCommand(script.name, { lua: script.lua })
      this.#defined.add(script.name)
    }
    const commands = this.commands as unknown as Record<
      string,
      (...parameters: unknown[]) => Promise<unknown>
    >
    try {
      return await commands[script.name]?.(keys.length, ...keys, ...values)
    } catch (error) {
      const fault = scriptFault(error)
      if (fault !== null) this.onScriptFault(script.name, fault)
      throw error
    }
  }

  /** Whether commands can be sent now. */
  get isReady(): boolean {
    return this.commands.status === 'ready'
  }

  /** Reconnects for subscriptions: a connection can look healthy and yet deliver nothing. */
  reopenSubscriber(): void {
    this.subscriber.disconnect(true)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }
}

const COMMON = {
  lazyConnect: true,
  commandTimeout: COMMAND_MS,
  connectTimeout: CONNECT_MS,
  keepAlive: KEEP_ALIVE_MS,
  // One attempt to reconnect; commands that are not answered by then are refused.
  maxRetriesPerRequest: 1,
  // After a failover behind the same address: reconnect and send the command again.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
} satisfies RedisOptions

function openSingle(url: string, subscribes: boolean): Redis {
  return new Redis(url, {
    ...COMMON,
    connectionName: nameOf(subscribes),
    enableOfflineQueue: false,
    // The class Subscriptions subscribes again itself, so it knows when messages may have been missed.
    autoResubscribe: false,
    retryStrategy: pauseBefore,
  })
}

function openCluster(urls: readonly string[], subscribes: boolean): Cluster {
  const { username, password } = new URL(urls[0] ?? '')
  const secret = urls.some((url) => url.startsWith('rediss:')) ? { tls: {} } : {}
  return new Cluster([...urls], {
    lazyConnect: true,
    shardedSubscribers: subscribes,
    enableOfflineQueue: false,
    maxRedirections: 8,
    clusterRetryStrategy: pauseBefore,
    redisOptions: {
      ...COMMON,
      ...secret,
      connectionName: nameOf(subscribes),
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
    },
  })
}

/** The name that `CLIENT LIST` shows. */
function nameOf(subscribes: boolean): string {
  return subscribes ? 'roomcast-subscriptions' : 'roomcast-commands'
}

/** 50, 100, 200 … ms. */
function pauseBefore(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 10), MOST_PAUSE_MS)
}
