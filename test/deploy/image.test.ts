// The container image holds everything the program needs, and nothing that is only for tests.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { imageFiles } from './image.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const files = imageFiles(ROOT)
const source = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** The files of ours that a file imports. */
function importsOf(file: string): string[] {
  const { resolve } = createRequire(join(ROOT, file))
  return [...source(file).matchAll(/(?:from|import\() ?'((?:\.|@roomcast\/)[^']*)'/g)].map(
    ([, specifier = '']) => relative(ROOT, resolve(specifier)),
  )
}

it('the image holds no tests and no test doubles', () => {
  process.stdout.write(`${files.length} files of the repository are in the image\n`)
  expect(files.filter((file) => file.endsWith('.test.ts'))).toEqual([])
  // Only the package.json, because the lockfile names it.
  expect(files.filter((file) => file.startsWith('test/'))).toEqual(['test/package.json'])
  const forTests = /from '(vitest|fast-check|@roomcast\/test)\b/
  expect(files.filter((file) => file.endsWith('.ts') && forTests.test(source(file)))).toEqual([])
})

it('the image holds every file that the program imports', () => {
  const reached = new Set(['packages/server/src/main.ts'])
  for (const file of reached) for (const imported of importsOf(file)) reached.add(imported)
  expect(reached).toContain('packages/simulator/src/stream.ts')
  expect([...reached].filter((file) => !files.includes(file))).toEqual([])
})
