// docs/limits.md names every thing that a node keeps, and only what there is.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SERVER = fileURLToPath(new URL('../../packages/server/src/', import.meta.url))
const TABLE = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')
/** `file`: `symbol`, in the third column. */
const NAMED = [...TABLE.matchAll(/^\|[^|]*\|[^|]*\| `([^`]+)`: `([^`]+)` +\|/gm)].map(
  ([, file = '', symbol = '']) => ({ file, symbol }),
)

const isOfTests = (file: string) => /(\.test|-double)\.ts$|(^|\/)test-[^/]*\.ts$/.test(file)
/** What lives longer than a call: fields of classes, and constants of modules that can change. */
const FIELD = /^ {2}(?:readonly )?(#?\w+)(?:: [^=\n]+)? = (?:new (?:Weak)?(?:Map|Set)\b|\[\]$)/gm
const CONSTANT =
  /^(?:export )?(?:const|let) (\w+)(?!: Readonly)(?:: [^=\n]+)? = new (?:Weak)?(?:Map|Set)\b/gm

function keepsIn(file: string): readonly string[] {
  const source = readFileSync(SERVER + file, 'utf8')
  return [FIELD, CONSTANT].flatMap((form) =>
    [...source.matchAll(form)].map(([, symbol = '']) => `${file}: ${symbol}`),
  )
}

it('every list, map and set that lives longer than a call is in the table of limits', () => {
  const kept = globSync('**/*.ts', { cwd: SERVER })
    .filter((file) => !isOfTests(file))
    .flatMap(keepsIn)
  expect(kept.length).toBeGreaterThan(40)
  const named = new Set(NAMED.map(({ file, symbol }) => `${file}: ${symbol}`))
  expect(kept.filter((one) => !named.has(one))).toEqual([])
})

it('every symbol of the table is in its file', () => {
  expect(NAMED.length).toBeGreaterThan(50)
  const gone = NAMED.filter(
    ({ file, symbol }) =>
      !new RegExp(`(?<![\\w#])${symbol}\\b`).test(readFileSync(SERVER + file, 'utf8')),
  )
  expect(gone).toEqual([])
})

it('every row says where, how much, and what happens beyond it', () => {
  const rows = TABLE.split('\n').filter((line) => /^\| (?!\*\*|thing|-)/.test(line))
  expect(
    rows.filter((row) => row.split('|').some((cell, at) => at > 0 && at < 5 && cell.trim() === '')),
  ).toEqual([])
  expect(rows).toHaveLength(NAMED.length)
})
