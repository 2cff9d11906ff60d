// A node as its operator runs it: a separate process, on a free port, with a data directory of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guarded } from './guarded.ts'
import { DEADLINE_MS } from './deadline.ts'

const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Its output so far: messages for people, then lines for programs. */
  readonly stderr: () => string
  readonly stdout: () => string
  /** Kills it, as in a crash. */
  kill(): Promise<void>
  /** Resolves with its exit code when it has ended by itself. */
  ended(): Promise<number | null>
  /** Asks it to shut down cleanly; returns its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
}

/**
 * Node's compile cache for the type-stripped sources, which halves the cost of each start. `launched.test.ts` starts
 * without it.
 */
const COMPILED = join(tmpdir(), 'roomcast-compiled')
mkdirSync(COMPILED, { recursive: true })

export type ServerEnvironment = Readonly<Record<string, string>>

/** A directory that is removed after the test. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'roomcast-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/**
 * Starts a node and waits until it prints its address.
 * @param environment its configuration; no other variable of ours is passed on, in particular no API key
 * @throws Error with its output if it does not start
 */
export async function startServerProcess(environment: ServerEnvironment): Promise<ServerProcess> {
  const child = spawnServer(environment)
  const output = collect(child)
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not up in time: ${output.stderr()}`)),
      DEADLINE_MS,
    )
    const look = () => {
      const found = /open at (http:\/\/\S+)/.exec(output.stderr())?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stderr?.on('data', look)
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new Error(`did not start: ${output.stderr()}`))
    })
  })
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    ...output,
    kill: async () => {
      child.kill('SIGKILL')
      await exitOf(child)
    },
    ended: () => exitOf(child),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return exitOf(child)
    },
  }
}

/** Starts a node that is expected to refuse to start; returns its output and its exit code. */
export async function startRefused(
  environment: ServerEnvironment,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawnServer(environment)
  const output = collect(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  const code = await exitOf(child)
  clearTimeout(timer)
  return { code, stderr: output.stderr() }
}

function spawnServer(environment: ServerEnvironment): ChildProcess {
  const [command = '', ...rest] = guarded([process.execPath, MAIN])
  return spawn(command, rest, {
    cwd: tmpdir(),
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      NODE_COMPILE_CACHE: COMPILED,
      SIMULATOR_PACE: 'fast',
      LOG_LEVEL: 'info',
      // All people in a test share one address and ask fast.
      MAX_RUNNING: '1000',
      MAX_RUNNING_PER_MEMBER: '1000',
      MAX_RUNNING_PER_ADDRESS: '1000',
      QUESTIONS_PER_MEMBER: '10000',
      QUESTIONS_PER_ADDRESS: '10000',
      OPEN: 'yes',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function collect(child: ChildProcess): { stderr: () => string; stdout: () => string } {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return { stderr: () => stderr, stdout: () => stdout }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}
