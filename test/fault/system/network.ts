// A network namespace of our own, in which packets can be dropped without affecting anything else: Linux only, as root.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

const INSIDE = 'ROOMCAST_OWN_NETWORK'
const TOOLS = ['/usr/bin/unshare', '/usr/sbin/ip', '/usr/sbin/tc']

/** Whether this process has its own network. */
export const hasOwnNetwork = process.env[INSIDE] === '1'

/** Runs this program again in its own network, if the machine allows it, and exits with its exit code. */
export async function enterOwnNetwork(): Promise<void> {
  if (hasOwnNetwork || process.getuid?.() !== 0 || !TOOLS.every((tool) => existsSync(tool))) return
  const inside = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...process.execArgv]
  const child = spawn('unshare', [...inside, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  process.exit(code ?? 1)
}
