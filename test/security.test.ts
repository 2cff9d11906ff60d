// SECURITY.md promises nothing without a test: each row of its table names one that exists.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = new URL('../', import.meta.url)
const page = readFileSync(new URL('SECURITY.md', ROOT), 'utf8')
const rows = [...page.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\| `([^`]+)` +\|$/gm)]

it('SECURITY.md names a test for each threat, and each test exists', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const [, , , path = ''] of rows)
    expect({ path, found: existsSync(fileURLToPath(new URL(path, ROOT))) }).toEqual({
      path,
      found: true,
    })
  const lines = page.split('\n').filter((line) => /^\| (?!threat|-)/.test(line))
  expect(lines).toHaveLength(rows.length)
})
