// The proxy as its operator runs it: Debian's nginx, with the shipped configuration, on a free port of this machine.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from './server-process.ts'
import { DEADLINE_MS } from './deadline.ts'
import { pause } from './pause.ts'

const NGINX = '/usr/sbin/nginx'
/** Makes Linux end nginx when the test process is gone, even if that was killed. */
const GUARD = ['/usr/bin/setpriv', '--pdeathsig', 'TERM'] as const
const SHIPPED = new URL('../../deploy/nginx.conf', import.meta.url)
/** Below the system's ephemeral port range. */
const [FIRST_PORT, LAST_PORT] = [22_000, 32_000]
const PORT_ATTEMPTS = 20

export interface Nginx {
  /** Where people reach it, such as `http://127.0.0.1:23456`. */
  readonly url: string
  readonly host: string
  /** The text of its logs so far. */
  logs(): Promise<string>
  stop(): Promise<void>
}

export interface NginxOptions {
  /** The ports of the two nodes; the same one twice is one node at both addresses. */
  readonly nodes: readonly [number, number]
  /** Edits the shipped configuration, to see the effect. */
  readonly edit?: (configuration: string) => string
}

/**
 * Starts nginx and waits until it accepts connections.
 * @throws Error with its output if it does not start
 */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const directory = await temporaryDirectory()
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    try {
      const child = await launch(directory.path, port, options)
      const host = `127.0.0.1:${port}`
      return {
        url: `http://${host}`,
        host,
        logs: async () => {
          const read = (name: string) => readFile(join(directory.path, name), 'utf8')
          return (await read('error.log')) + (await read('access.log'))
        },
        stop: async () => {
          await end(child)
          await directory.remove()
        },
      }
    } catch (error) {
      if (error instanceof PortTaken && attempt < PORT_ATTEMPTS) continue
      await directory.remove()
      throw error
    }
  }
}

/** The shipped file with other addresses: the only change that an operator has to make. */
export async function shippedConfiguration(
  port: number,
  [one, other]: readonly [number, number],
): Promise<string> {
  let text = await readFile(SHIPPED, 'utf8')
  for (const [shipped, own] of [
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['server node-1:3000 ', `server 127.0.0.1:${one} `],
    ['server node-2:3000 ', `server 127.0.0.1:${other} `],
  ] as const) {
    if (text.split(shipped).length !== 2)
      throw new Error(`not once in the shipped file: ${shipped}`)
    text = text.replace(shipped, own)
  }
  return text
}

/** The relevant parts of Debian's /etc/nginx/nginx.conf around the shipped file, in a directory of its own. */
const main = (directory: string) => `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log info;
daemon off;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  default_type application/octet-stream;
  access_log ${directory}/access.log;
  gzip on;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  include ${directory}/roomcast.conf;
}
`

class PortTaken extends Error {}

async function launch(
  directory: string,
  port: number,
  { nodes, edit = (same) => same }: NginxOptions,
): Promise<ChildProcess> {
  const shipped = await shippedConfiguration(port, nodes)
  const edited = edit(shipped)
  await writeFile(join(directory, 'roomcast.conf'), edited)
  await writeFile(join(directory, 'nginx.conf'), main(directory))
  const [guard, ...flags] = GUARD
  const nginx = [NGINX, '-p', directory, '-c', join(directory, 'nginx.conf')]
  const child = spawn(guard, [...flags, ...nginx], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let written = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written += text))
  for (const deadline = performance.now() + DEADLINE_MS; ; await pause(20)) {
    if (hasEnded(child)) {
      if (written.includes('Address already in use')) throw new PortTaken(written)
      throw new Error(`nginx did not start: ${written}`)
    }
    // nginx writes this file only once it listens.
    if ((await isWritten(join(directory, 'nginx.pid'))) && (await answers(port))) return child
    if (performance.now() < deadline) continue
    await end(child)
    throw new Error(`nginx not up in time: ${written}`)
  }
}

async function isWritten(path: string): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => '')).trim() !== ''
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Sends SIGTERM, which the parent process passes on to its workers. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
