// A copy of the sources to break: the sources themselves are never written to. It goes when the process ends.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutation.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'roomcast-mutation-'))
process.on('exit', () =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
)

/** Copies the sources with links to the installed packages; what the packages link among themselves is the copy. */
export function copyTheSources(name: string): string {
  const copy = join(folder, name)
  for (const part of ['packages', 'test', 'vitest.config.ts', 'tsconfig.base.json', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true, verbatimSymlinks: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  mkdirSync(join(copy, 'tmp'))
  return copy
}

/**
 * Breaks one rule in a copy; gives what mends it again.
 * @throws Error when the piece does not stand there once
 */
export function mutate(copy: string, { file, find, replace }: Mutation): () => void {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one place: ${find}`)
  writeFileSync(
    path,
    source.replace(find, () => replace),
  )
  return () => writeFileSync(path, source)
}
