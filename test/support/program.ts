// A third-party program, run as a process of its own.
import { spawn, spawnSync } from 'node:child_process'

export interface Program {
  readonly stdout: () => string
  readonly stderr: () => string
  /** Ends the program and everything it started; resolves when all are gone. */
  stop(): Promise<void>
  /** Its exit code, once it has ended; null if it was killed. */
  readonly ended: Promise<number | null>
}

/** Starts a program with these variables and the path, and no other variable of ours. */
export function startProgram(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Program {
  const [name, ...parameters] = command
  const child = spawn(name, parameters, {
    cwd,
    // A process group of its own, so that a shell ends together with its children.
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve(null))
  })
  let isOver = false
  void ended.then(() => (isOver = true))
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async stop() {
      if (!isOver && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      await ended
    },
  }
}

/** Whether a program is installed here. */
export function isInstalled(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0
}
