// All tests with Redis depend on these properties.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { Cluster, Redis } from 'ioredis'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RedisServer, startRedis, startRedisCluster } from './redis-server.ts'
import { temporaryDirectory } from './server-process.ts'

const opened: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function started(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const server = await startRedis(options)
  opened.push(() => server.stop())
  return server
}

function connected({ url }: { url: string }): Redis {
  const client = new Redis(url, { retryStrategy: () => 20 }).on('error', () => undefined)
  opened.push(() => client.disconnect())
  return client
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** The state of a process as the system reports it: `T` when it is stopped. */
async function readState(pid: number): Promise<string | undefined> {
  return /^State:\s+(\S)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
}

describe('a private Redis', () => {
  test('answers, is alone on its port, and stop frees the port and removes its directory', async () => {
    const [one, two] = [await started(), await started()]
    expect(one.port).not.toBe(two.port)
    await connected(one).set('key', 'one')
    expect(await connected(two).get('key')).toBe(null)
    const [, directory] = await connected(one).config('GET', 'dir')
    expect(existsSync(directory ?? '')).toBe(true)
    expect(await isFree(one.port)).toBe(false)
    await one.stop()
    await one.stop()
    expect(await isFree(one.port)).toBe(true)
    expect(existsSync(directory ?? '')).toBe(false)
  })

  test('keeps acknowledged writes through a kill if it is durable, on the same port', async () => {
    const server = await started({ durable: true })
    const client = connected(server)
    const { port, pid } = server
    await client.set('key', 'kept')
    await server.kill()
    expect(await isFree(port)).toBe(true)
    await server.restart()
    expect(server.port).toBe(port)
    expect(server.pid).not.toBe(pid)
    expect(await client.get('key')).toBe('kept')
  })

  test('forgets everything in a restart if it is not durable', async () => {
    const server = await started()
    const client = connected(server)
    await client.set('key', 'lost')
    await server.restart()
    expect(await client.get('key')).toBe(null)
  })

  test('answers nothing while it is paused, and everything afterwards', async () => {
    const server = await started()
    const client = connected(server)
    await client.ping()
    server.pause()
    let answered = false
    const answer = client.ping().then(() => (answered = true))
    const stat = () => readState(server.pid)
    await expect.poll(stat).toBe('T')
    expect(answered).toBe(false)
    server.resume()
    expect(await answer).toBe(true)
  })

  test('applies settings', async () => {
    const client = connected(await started({ settings: { maxmemory: '5mb' } }))
    expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', '5242880'])
  })

  test('does not outlive a killed test process, and the next one removes its leftovers', async () => {
    const script = `
      const { startRedis } = await import(${JSON.stringify(import.meta.resolve('./redis-server.ts'))})
      console.log((await startRedis()).port)
      setInterval(() => undefined, 1000)`
    const directory = await temporaryDirectory()
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: directory.path },
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      vi.unstubAllEnvs()
      await directory.remove()
    })
    const [printed] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(printed.toString())
    expect(await isFree(port)).toBe(false)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    // Its Redis may be gone a moment before the rest of the process group.
    await ended
    await expect.poll(() => isFree(port)).toBe(true)
    const [left] = await readdir(directory.path)
    vi.stubEnv('TMPDIR', directory.path)
    await started()
    const found = await readdir(directory.path)
    expect(found).toHaveLength(1)
    expect(found).not.toContain(left)
  })
})

describe('a private cluster', () => {
  test('has three masters that share all slots, and each knows all of them', async () => {
    const cluster = await startRedisCluster()
    opened.push(() => cluster.stop())
    expect(cluster.nodes).toHaveLength(3)
    for (const { port } of cluster.nodes) {
      const client = new Cluster([{ host: '127.0.0.1', port }])
      opened.push(() => client.disconnect())
      for (let key = 0; key < 30; key++) await client.set(`key-${key}`, `${port}`)
    }
    const held = await Promise.all(cluster.nodes.map((node) => connected(node).dbsize()))
    expect(held.reduce((sum, keys) => sum + keys)).toBe(30)
    expect(Math.min(...held)).toBeGreaterThan(0)
  })
})
