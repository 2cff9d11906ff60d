// A Redis and its replica behind one address, like an operator's failover: writes that the replica has not received
// when it takes over are lost, although they were acknowledged.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.ts'
import { DEADLINE_MS } from './deadline.ts'
import { pause } from './pause.ts'

const HOST = '127.0.0.1'

export interface RedisPair {
  /** The address of the current primary, such as `redis://127.0.0.1:12345`; it stays the same. */
  readonly url: string
  readonly primary: RedisServer
  /** After a failover this is the server that has ended, until `refill`. */
  readonly replica: RedisServer
  /** From now on the replica receives nothing more, but has everything acknowledged before; the primary goes on. */
  sever(): Promise<void>
  /** Ends the primary and lets the replica take over: every connection is cut. Resolves when the replica answers. */
  failOver(): Promise<void>
  /** Gives the primary a new replica with all its data: sever and failOver work again. */
  refill(): Promise<void>
  /** Stops both for good. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts both and waits until the replica has everything.
 * @param options of both; they are durable unless set otherwise
 */
export async function startRedisPair(options: RedisOptions = {}): Promise<RedisPair> {
  const start = () =>
    startRedis({
      durable: true,
      ...options,
      settings: { 'repl-diskless-sync-delay': '0', ...options.settings },
    })
  let [primary, replica] = await Promise.all([start(), start()])
  const address = await openAddress(primary.port)
  let isSevered = false

  const attach = async () => {
    await ask(replica, (redis) => redis.replicaof(HOST, primary.port))
    await until('a replica in sync', () => hasEverything(primary, replica))
    isSevered = false
  }
  const sever = async () => {
    if (isSevered) return
    const offset = await readOffset(primary)
    await until('a replica in sync', () => hasEverything(primary, replica, offset))
    await detach()
  }
  const detach = async () => {
    await ask(replica, (redis) => redis.replicaof('NO', 'ONE'))
    isSevered = true
  }
  const stop = async () => {
    await address.close()
    await Promise.all([primary.stop(), replica.stop()])
  }

  try {
    await attach()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `redis://${HOST}:${address.port}`,
    get primary() {
      return primary
    },
    get replica() {
      return replica
    },
    sever,
    failOver: async () => {
      address.cut()
      // The primary may have answered before it sent the write to the replica.
      if (!isSevered) await until('a replica in sync', () => hasEverything(primary, replica))
      await primary.kill()
      if (!isSevered) await detach()
      ;[primary, replica] = [replica, primary]
      address.leadTo(primary.port)
      await until('an answer at the address', () => answers(address.port))
    },
    refill: async () => {
      await replica.stop()
      replica = await start()
      await attach()
    },
    stop,
  }
}

interface Address {
  readonly port: number
  /** Drops every connection and refuses new ones until `leadTo` is called. */
  cut(): void
  leadTo(port: number): void
  close(): Promise<void>
}

async function openAddress(first: number): Promise<Address> {
  const sockets = new Set<Socket>()
  let target: number | null = first
  const server = createServer((near) => {
    if (target === null) return void near.destroy()
    const far = connect(target, HOST)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true).pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const cut = () => {
    target = null
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    leadTo: (port) => (target = port),
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function hasEverything(
  primary: RedisServer,
  replica: RedisServer,
  offset?: number,
): Promise<boolean> {
  if ((await readLink(replica)) !== 'up') return false
  return (await readOffset(replica)) >= (offset ?? (await readOffset(primary)))
}

async function readOffset(server: RedisServer): Promise<number> {
  return Number(/^master_repl_offset:(\d+)/m.exec(await readReplication(server))?.[1])
}

async function readLink(server: RedisServer): Promise<string | undefined> {
  return /^master_link_status:(\w+)/m.exec(await readReplication(server))?.[1]
}

const readReplication = (server: RedisServer) => ask(server, (redis) => redis.info('replication'))

async function answers(port: number): Promise<boolean> {
  return ask({ port }, (redis) => redis.ping()).then(
    () => true,
    () => false,
  )
}

async function ask<T>(
  { port }: { readonly port: number },
  what: (redis: Redis) => Promise<T>,
): Promise<T> {
  const options = {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: DEADLINE_MS,
  }
  const redis = new Redis(port, HOST, options).on('error', () => undefined)
  try {
    return await what(redis)
  } finally {
    redis.disconnect()
  }
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + DEADLINE_MS; !(await look()); await pause(10))
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for: ${what}`)
}
