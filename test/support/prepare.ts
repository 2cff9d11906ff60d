// Installs the programs that the tests need besides npm packages, if run as root on Debian; otherwise it says exactly
// what to install, and fails. Then it starts a node once, so that all later ones use Node's compile cache.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CHROMIUM } from './chromium.ts'
import { startServerProcess, temporaryDirectory } from './server-process.ts'

interface Need {
  /** A program, by name or path. */
  readonly command: string
  /** The Debian package that contains it. */
  readonly package: string
  readonly why: string
}

const needs: readonly Need[] = [
  {
    command: CHROMIUM,
    package: 'chromium',
    why: 'the end-to-end tests (or set CHROMIUM to the path of the one you have)',
  },
  {
    command: 'redis-server',
    package: 'redis-server',
    why: 'the tests of nodes that share a Redis; they start their own and leave a service alone',
  },
  {
    command: 'nginx',
    package: 'nginx',
    why: 'the tests of nodes behind a proxy; they start their own and leave a service alone',
  },
  {
    command: 'sqlite3',
    package: 'sqlite3',
    why: 'the tests of the commands in docs/operating.md',
  },
  {
    command: 'openssl',
    package: 'openssl',
    why: 'the tests of the commands in docs/operating.md',
  },
]

/** Servers are in directories that the path of ordinary users lacks. */
const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']

function isMissing({ command }: Need): boolean {
  const places = command.includes('/') ? [command] : directories.map((each) => join(each, command))
  return !places.some((place) => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function commandFor(missing: readonly Need[]): string {
  const packages = missing.map((need) => need.package).join(' ')
  return `apt-get update && apt-get install -y --no-install-recommends ${packages}`
}

function install(missing: readonly Need[]): void {
  for (const { package: name, why } of missing)
    process.stderr.write(`Installing ${name} for ${why}.\n`)
  spawnSync('sh', ['-c', commandFor(missing)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

const missing = needs.filter(isMissing)
if (missing.length > 0 && process.getuid?.() === 0) install(missing)
const stillMissing = missing.filter(isMissing)
if (stillMissing.length > 0) {
  for (const { command, why } of stillMissing)
    process.stderr.write(`Missing: ${command}, for ${why}.\n`)
  process.stderr.write(`Install with:\n  sudo sh -c '${commandFor(stillMissing)}'\n`)
  process.exit(1)
}

const directory = await temporaryDirectory()
const node = await startServerProcess({ DATA_DIR: directory.path })
await node.stop()
await directory.remove()
