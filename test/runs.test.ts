import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { QUICK, SLOW } from './runs.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Every file named like a test, wherever it is. */
const files = globSync('{packages,test}/**/*.{test,spec,e2e}.*', {
  cwd: ROOT,
  exclude: (name) => ['node_modules', 'dist'].includes(name.split('/').at(-1) ?? ''),
})

test('every test file belongs to the quick run or to the slow one', () => {
  expect(files.length).toBeGreaterThan(200)
  const runsOf = (file: string) =>
    [QUICK, SLOW].filter((run) => run.some((pattern) => matchesGlob(file, pattern))).length
  expect(files.filter((file) => runsOf(file) !== 1)).toEqual([])
})

test('every line of both lists matches files', () => {
  const isEmpty = (pattern: string) => !files.some((file) => matchesGlob(file, pattern))
  expect([...QUICK, ...SLOW].filter(isEmpty)).toEqual([])
})
