// The files shipped for operators fit the program and each other. There is no Docker here: images are not built and
// containers not started; other tests run the same commands as ordinary processes (test/process/nginx.test.ts).
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig, VARIABLES } from '@roomcast/server/config.ts'
import { startRedis } from '../support/redis-server.ts'
import { listAt, mappingAt } from './block-yaml.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const compose = read('docker-compose.yml')
const nginx = read('deploy/nginx.conf')
const NODES = ['node-1', 'node-2']
const SIGNING_KEY = 'ab'.repeat(32)

const hasCompose = spawnSync('docker-compose', ['version']).status === 0

/** The output of docker-compose for the file. */
function composed(environment: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'] ?? '', ...environment }
  return spawnSync('docker-compose', ['--file', join(ROOT, 'docker-compose.yml'), 'config'], {
    // Away from any `.env` on this machine.
    cwd: '/',
    env,
    encoding: 'utf8',
  })
}

describe('docker-compose.yml', () => {
  it('sets no variable that the program does not know', () => {
    const names = Object.keys(mappingAt(compose, 'x-node', 'environment'))
    expect(names).toContain('REDIS_URL')
    expect(names.filter((name) => !VARIABLES.includes(name))).toEqual([])
  })

  it('gives nodes more time to shut down than they need', () => {
    const patience = Number(mappingAt(compose, 'x-node', 'environment')['SHUTDOWN_MS']) / 1000
    const grace = /^(\d+)s$/.exec(mappingAt(compose, 'x-node')['stop_grace_period'] ?? '')?.[1]
    expect(Number(grace)).toBeGreaterThanOrEqual(patience + 5)
  })

  it('checks only what a restart can fix: an unavailable Redis restarts no node', () => {
    for (const file of [compose, read('Dockerfile')]) {
      expect(file).toContain('/livez')
      expect(file).not.toMatch(/fetch\([^)]*\/readyz/)
    }
  })

  it('passes on every variable that limits spending', () => {
    const given = mappingAt(compose, 'x-node', 'environment')
    const bounds = VARIABLES.filter((name) =>
      /^(MAX_RUNNING|QUESTIONS_|DAILY_|SPENDING$|START_CODE$|OPEN$)/.test(name),
    )
    expect(bounds.length).toBeGreaterThan(8)
    for (const name of bounds) expect(given).toHaveProperty(name)
  })

  it('tells nginx the addresses of the nodes', () => {
    const port = mappingAt(compose, 'x-node', 'environment')['PORT']
    const upstream = [...nginx.matchAll(/^ {2}server (\S+)/gm)].map(([, address]) => address)
    expect(upstream).toEqual(NODES.map((node) => `${node}:${port}`))
    const addresses = NODES.map((node) => {
      const network = mappingAt(compose, 'services', node, 'networks', 'outside')
      return `${node}:${network['ipv4_address']}`
    })
    expect(listAt(compose, 'services', 'nginx', 'extra_hosts')).toEqual(addresses)
  })

  it('publishes the port of nginx to this machine, and no other port', () => {
    const listen = /^ {2}listen (\d+);/m.exec(nginx)?.[1]
    expect(listAt(compose, 'services', 'nginx', 'ports')).toEqual([`127.0.0.1:8080:${listen}`])
    expect(compose.match(/\bports:/g)).toHaveLength(1)
  })

  it('[R4.2] makes Redis save to disk before it answers, and evict nothing', async () => {
    const [program, ...flags] = listAt(compose, 'services', 'redis', 'command')
    expect(program).toBe('redis-server')
    const settings = Object.fromEntries(
      flags.flatMap((flag, index) => (index % 2 ? [] : [[flag.slice(2), flags[index + 1] ?? '']])),
    )
    const redis = await startRedis({ settings })
    onTestFinished(() => redis.stop())
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    const wanted = {
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
      save: '',
    }
    for (const [name, value] of Object.entries(wanted))
      expect(await client.config('GET', name)).toEqual([name, value])
  })

  it.skipIf(!hasCompose)('is accepted by docker-compose, and its nodes start', () => {
    const { status, stdout, stderr } = composed({ SIGNING_KEY })
    expect([status, stderr]).toEqual([0, ''])
    for (const node of NODES) {
      const config = readConfig(mappingAt(stdout, 'services', node, 'environment'))
      expect(config).toMatchObject({
        host: '0.0.0.0',
        port: 3000,
        trustProxy: 1,
        claude: { kind: 'simulated' },
        storage: { kind: 'redis', urls: ['redis://redis:6379'] },
      })
    }
  })

  it.skipIf(!hasCompose)('reports a missing key in plain words', () => {
    const { status, stderr } = composed({})
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/set SIGNING_KEY, .* to what `openssl rand -hex 32` prints/),
    ])
  })
})

it('pnpm checks packages against the version of Node that is a dependency', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as {
    devDependencies: { node: string }
  }
  expect(read('pnpm-workspace.yaml')).toContain(`\nnodeVersion: ${devDependencies.node}\n`)
})

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile')

  it('copies the package.json of every package in the workspace before it installs', () => {
    const patterns = listAt(read('pnpm-workspace.yaml'), 'packages')
    const descriptions = globSync(
      patterns.map((pattern) => `${pattern}/package.json`),
      { cwd: ROOT },
    )
    expect(descriptions.length).toBeGreaterThan(3)
    for (const path of descriptions)
      expect(dockerfile).toContain(`COPY ${path} ${path.replace('package.json', '')}\n`)
  })

  it('runs the program as an ordinary user, with the port and data directory of the image', () => {
    const env = Object.fromEntries(
      (/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=')),
    ) as Record<string, string>
    const config = readConfig(env)
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(dockerfile).toContain(`\nEXPOSE ${config.port}\n`)
    const { dataDirectory } = config
    expect(dockerfile).toContain(`mkdir ${dataDirectory} && chown node:node ${dataDirectory}\n`)
    expect(dockerfile).toMatch(/^CMD \["node", "packages\/server\/src\/main.ts"\]$/m)
  })
})
