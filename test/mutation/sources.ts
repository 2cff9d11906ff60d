// A copy of the sources to break, and programs that run in it: the sources themselves are never written to. When the
// process ends, even if interrupted, first the programs are killed and then the copy is deleted.
import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutation.ts'
import { placesOf } from './piece.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'roomcast-mutation-'))
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) killAll(child)
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]))

/** Ends a program with its workers and everything they have started: they form one process group. */
function killAll({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // ignored because: it has just ended by itself
  }
}

/**
 * Runs a Node program in a copy, with `tmp` in it as the directory for temporary files.
 * @param longestMs the time after which it is killed
 * @returns its exit code (null if it was killed), its output, and its duration
 */
export async function runIn(
  copy: string,
  program: readonly string[],
  { longestMs, environment = {} }: { longestMs: number; environment?: NodeJS.ProcessEnv },
): Promise<{ code: number | null; said: string; seconds: number }> {
  const since = performance.now()
  const child = spawn(process.execPath, program, {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: join(copy, 'tmp'), ...environment },
  })
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const deadline = setTimeout(() => killAll(child), longestMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(deadline)
  running.delete(child)
  return { code, said, seconds: (performance.now() - since) / 1000 }
}

/** Copies the sources and links the installed packages; links between the packages point into the copy. */
export function copyTheSources(name: string): string {
  const copy = join(folder, name)
  const parts = ['packages', 'test', 'docs/operating.md', 'PROTOCOL.md', 'vitest.config.ts']
  for (const part of [...parts, 'tsconfig.base.json', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true, verbatimSymlinks: true })
  linkInstalled(copy)
  mkdirSync(join(copy, 'tmp'))
  return copy
}

/**
 * Links the packages installed at the root, except the workspace package among them, the tests, which is the copy's
 * own.
 */
function linkInstalled(copy: string): void {
  const installed = join(ROOT, 'node_modules')
  const links = join(copy, 'node_modules')
  mkdirSync(links)
  for (const name of readdirSync(installed)) {
    if (name !== '@roomcast') symlinkSync(join(installed, name), join(links, name))
  }
  cpSync(join(installed, '@roomcast'), join(links, '@roomcast'), {
    recursive: true,
    verbatimSymlinks: true,
  })
}

/**
 * Breaks one rule in a copy; returns a function that restores it.
 * @throws Error when the piece does not occur exactly once
 */
export function mutate(copy: string, { file, find, replace }: Mutation): () => void {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  const [place, ...others] = placesOf(find, source)
  if (!place || others.length > 0) throw new Error(`${file} has not exactly one place: ${find}`)
  writeFileSync(path, source.slice(0, place.from) + replace + source.slice(place.to))
  return () => writeFileSync(path, source)
}
