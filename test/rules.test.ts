// PROTOCOL.md and the tests name the same rules.
import { readFileSync } from 'node:fs'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '@roomcast/shared/protocol'
import { INVARIANTS } from './fault/system/checker.ts'
import { FAULTS } from './fault/system/faults.ts'
import { MUTATIONS } from './mutation/mutations.ts'
import { REDIS_MUTATIONS } from './mutation/redis/mutations.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const protocol = readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8')

/** Every rule: the promises (headings `### R1 …`) and their parts (`- **R1.1** …`). */
const rules = new Set([
  ...[...protocol.matchAll(/^### (R\d+) /gm)].map(([, id]) => id),
  ...[...protocol.matchAll(/^- \*\*([RW][\d.]+)\*\* /gm)].map(([, id]) => id),
])

const titled = new Map<string, string>()
for (const file of globSync('{packages,test}/**/*.ts', {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules' || name === 'dist',
}))
  for (const [, ids] of readFileSync(join(ROOT, file), 'utf8').matchAll(
    /['"`]((?:\[[RW][\d.]+\])+) /g,
  ))
    for (const [, id] of (ids ?? '').matchAll(/\[([RW][\d.]+)\]/g)) titled.set(id ?? '', file)

test('there are rules', () => {
  expect(rules.size).toBeGreaterThan(25)
})

test('every rule of PROTOCOL.md is in the title of a test', () => {
  expect([...rules].filter((id) => id !== undefined && !titled.has(id))).toEqual([])
})

test('every rule in the title of a test exists in PROTOCOL.md', () => {
  expect([...titled].filter(([id]) => !rules.has(id))).toEqual([])
})

test('every error code has its row in PROTOCOL.md', () => {
  const rows = [...protocol.matchAll(/^\| `([a-z-]+)`\s+\|/gm)].map(([, code]) => code)
  for (const code of Object.keys(ERROR_CODES)) expect(rows).toContain(code)
})

describe('docs/faults.md', () => {
  const faults = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8')

  /** The cells of the first table after a text, including its head. */
  function rowsAfter(text: string): string[][] {
    const [table = ''] = /(?:^\|.*\n)+/m.exec(faults.slice(faults.indexOf(text))) ?? []
    return table
      .trimEnd()
      .split('\n')
      .map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
  }

  test('names only tests that exist', () => {
    const files = globSync('{packages,test}/**/*.{test,e2e}.ts', {
      cwd: ROOT,
      exclude: (name) => name === 'node_modules' || name === 'dist',
    })
    const named = [...faults.matchAll(/`([\w./-]+\.(?:test|e2e)\.ts)`/g)].map(
      ([, name = '']) => name,
    )
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([])
  })

  test('maps every invariant of the checker to promises of PROTOCOL.md, and names every promise', () => {
    const [, , ...rows] = rowsAfter('decides:')
    const tied = rows.map(([invariant = '', , promises = '']) => ({
      invariant,
      promises: promises.split(', '),
    }))
    const invariants = tied.map(({ invariant }) => invariant).filter((name) => name !== '–')
    expect(invariants).toEqual([...INVARIANTS])
    const named = tied.flatMap(({ promises }) => promises)
    expect(named.filter((id) => !rules.has(id))).toEqual([])
    const promises = [...rules].filter((id) => /^R\d+$/.test(id ?? ''))
    expect(promises.filter((id) => !named.some((one) => one.split('.')[0] === id))).toEqual([])
  })

  test('names only mutations that exist, and gives results for each kind of fault', () => {
    const rows = (after: string) => rowsAfter(after).map(([name = '']) => name)
    const known = [...MUTATIONS, ...REDIS_MUTATIONS].map(({ breaks }) => breaks)
    const [, , ...broken] = rows('## Whether the tests notice')
    expect(broken.length).toBeGreaterThanOrEqual(15)
    expect(broken.filter((name) => !known.includes(name))).toEqual([])
    for (const { name } of FAULTS) expect(rows('### Measured')).toContain(name)
  })
})
