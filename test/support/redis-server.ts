// A private Redis: Debian's `redis-server` as a process on a free port of this machine, in a directory of its own,
// without any configuration file. It ends with the test process, however that ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { guarded } from './guarded.ts'
import { makeUser } from './redis-user.ts'
import { DEADLINE_MS } from './deadline.ts'
import { pause } from './pause.ts'

const HOST = '127.0.0.1'
/**
 * Below the system's ephemeral port range, so that a server that is down keeps its port; plus 10000 for the cluster
 * bus.
 */
const [FIRST_PORT, LAST_PORT] = [12_000, 22_000]
const PORT_ATTEMPTS = 20
const SLOTS = 16_384

export interface RedisOptions {
  /** Keeps every write in an append-only file, synced before the answer. Otherwise all data is lost when it ends. */
  readonly durable?: boolean
  /** A file saved by another Redis: the server starts with its data, also after each restart. */
  readonly dump?: string
  /** More Redis settings, such as `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface RedisServer {
  /** Such as `redis://127.0.0.1:12345`. */
  readonly url: string
  readonly port: number
  /** Changes with `restart`. */
  readonly pid: number
  /** Kills it, as in a crash; `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes it: connections stay open, nothing is answered. */
  pause(): void
  resume(): void
  /** Shuts it down cleanly if it runs, and starts it on the same port and directory. */
  restart(): Promise<void>
  /** Stops it for good and removes its directory. Idempotent. */
  stop(): Promise<void>
}

export interface RedisCluster {
  /** The addresses of all nodes, separated by commas. */
  readonly url: string
  readonly nodes: readonly RedisServer[]
  /** Stops all nodes for good. Idempotent. */
  stop(): Promise<void>
}

const running = new Map<ChildProcess, string>()
process.on('exit', () => {
  for (const [child, directory] of running) {
    child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})

/**
 * Starts a Redis and waits until it answers.
 * @throws Error with its output if it does not start
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const directory = await makeDirectory()
  if (options.dump !== undefined) copyFileSync(options.dump, join(directory, 'dump.rdb'))
  const settings = {
    save: '',
    ...(options.durable ? { appendonly: 'yes', appendfsync: 'always' } : {}),
    ...options.settings,
  }
  const { child: first, port } = await launchOnFreePort(directory, settings)
  let child = first
  const kill = () => end(child, 'SIGKILL')
  return {
    url: `redis://${HOST}:${port}`,
    port,
    get pid() {
      return child.pid ?? 0
    },
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      child.kill('SIGCONT')
      await end(child, 'SIGTERM')
      child = await launch(port, directory, settings)
    },
    stop: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/**
 * Starts three masters without replicas that share all slots, and waits until each reports that the cluster is ok.
 * @param options of every node
 */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const settings = { 'cluster-enabled': 'yes', ...options.settings }
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis({ ...options, settings })))
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  const clients = nodes.map(({ port }) => client(port))
  try {
    await Promise.all(clients.map((each, index) => assignSlots(each, index, nodes.length)))
    // A node only takes an epoch while it knows no other node, so all take theirs before any of them meet.
    for (const each of clients) for (const { port } of nodes) await each.cluster('MEET', HOST, port)
    await Promise.all(clients.map((each) => isWell(each, nodes.length)))
  } catch (error) {
    await stop()
    throw error
  } finally {
    for (const each of clients) each.disconnect()
  }
  return { url: nodes.map(({ url }) => url).join(','), nodes, stop }
}

async function assignSlots(node: Redis, index: number, count: number): Promise<void> {
  const [from, to] = [index, index + 1].map((part) => Math.ceil((part * SLOTS) / count))
  await node.cluster('ADDSLOTSRANGE', from ?? 0, (to ?? SLOTS) - 1)
  await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
}

async function isWell(node: Redis, count: number): Promise<void> {
  const wanted = ['cluster_state:ok', `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${count}`]
  for (const deadline = performance.now() + DEADLINE_MS; ; await pause(50)) {
    const told = (await node.cluster('INFO')).split('\r\n')
    if (wanted.every((line) => told.includes(line))) return
    if (performance.now() > deadline) throw new Error(`no cluster in time: ${told.join(' ')}`)
  }
}

/** Names the directory after the test process, and removes those of processes that were killed. */
async function makeDirectory(): Promise<string> {
  for (const name of readdirSync(tmpdir())) {
    const maker = /^roomcast-redis-(\d+)-/.exec(name)?.[1]
    if (maker !== undefined && !isAlive(Number(maker)))
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
  return mkdtemp(join(tmpdir(), `roomcast-redis-${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // The process may belong to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

type Settings = Readonly<Record<string, string>>

/** Lets Redis find out whether a port is free: an earlier check could be outdated when Redis opens it. */
async function launchOnFreePort(
  directory: string,
  settings: Settings,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    try {
      return { child: await launch(port, directory, settings), port }
    } catch (error) {
      if (error instanceof PortTaken && attempt < PORT_ATTEMPTS) continue
      rmSync(directory, { recursive: true, force: true })
      throw error
    }
  }
}

class PortTaken extends Error {}

async function launch(port: number, directory: string, settings: Settings): Promise<ChildProcess> {
  const own = { port: String(port), bind: HOST, dir: directory, ...settings }
  const redis = [
    'redis-server',
    ...Object.entries(own).flatMap(([key, value]) => [`--${key}`, value]),
  ]
  const [command = '', ...rest] = guarded(redis)
  const child = spawn(command, rest, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream
      .setEncoding('utf8')
      .on('data', (text: string) => (written = (written + text).slice(-8000)))
  child.on('error', (error) => (written += error.message))
  running.set(child, directory)
  child.once('close', () => running.delete(child))
  for (const deadline = performance.now() + DEADLINE_MS; ; await pause(20)) {
    if (hasEnded(child)) {
      if (/Address already in use/.test(written)) throw new PortTaken(`port ${port} is taken`)
      throw new Error(`Redis did not start: ${written}`)
    }
    // Another process may have the port; then ours is about to end.
    if ((await processAt(port)) === child.pid) {
      await withUser(port)
      return child
    }
    if (performance.now() < deadline) continue
    await end(child, 'SIGKILL')
    throw new Error(`Redis not up in time: ${written}`)
  }
}

/** The process that answers at a port; null if none does. */
async function processAt(port: number): Promise<number | null> {
  const asking = client(port)
  try {
    await asking.ping()
    const told = await asking.info('server')
    return Number(/process_id:(\d+)/.exec(told)?.[1])
  } catch {
    return null
  } finally {
    asking.disconnect()
  }
}

async function withUser(port: number): Promise<void> {
  const redis = client(port)
  try {
    await makeUser(redis)
  } finally {
    redis.disconnect()
  }
}

function client(port: number): Redis {
  const options = { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 5000 }
  return new Redis(port, HOST, options).on('error', () => undefined)
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Sends the signal unless the process has ended, and waits for its end. */
async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}
