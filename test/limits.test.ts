// docs/limits.md names everything that a node keeps, and nothing that does not exist.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SERVER = fileURLToPath(new URL('../packages/server/src/', import.meta.url))
const SIMULATOR = fileURLToPath(new URL('../packages/simulator/src/', import.meta.url))
const CLIENT = fileURLToPath(new URL('../packages/client/src/', import.meta.url))
const [TABLE = '', PAGE = ''] = readFileSync(
  new URL('../docs/limits.md', import.meta.url),
  'utf8',
).split('## On the page')
/** A limit, and `file`: `symbol`, in the second and third column. */
const namedIn = (table: string) =>
  [...table.matchAll(/^\|[^|]*\|([^|]*)\| `([^`]+)`: `([^`]+)` +\|/gm)].map(
    ([, limit = '', file = '', symbol = '']) => ({ limit: limit.trim(), file, symbol }),
  )
const NAMED = namedIn(TABLE)

/** Data that lives longer than a call: fields of classes, and mutable constants of modules. */
const FIELD = /^ {2}(?:readonly )?(#?\w+)(?:: [^=\n]+)? = (?:new (?:Weak)?(?:Map|Set)\b|\[\]$)/gm
const CONSTANT =
  /^(?:export )?(?:const|let) (\w+)(?!: Readonly)(?:: [^=\n]+)? = new (?:Weak)?(?:Map|Set)\b/gm

/** The text of a file that the table names. The simulator runs inside a node without a key. */
function sourceOf(file: string): string {
  const [folder, ...below] = file.split('/')
  return readFileSync(folder === 'simulator' ? SIMULATOR + below.join('/') : SERVER + file, 'utf8')
}

function keepsIn(file: string): readonly string[] {
  const source = sourceOf(file)
  return [FIELD, CONSTANT].flatMap((form) =>
    [...source.matchAll(form)].map(([, symbol = '']) => `${file}: ${symbol}`),
  )
}

it('every list, map and set that lives longer than a call is in the table of limits', () => {
  const simulator = globSync('**/*.ts', { cwd: SIMULATOR }).map((file) => `simulator/${file}`)
  const kept = [...globSync('**/*.ts', { cwd: SERVER }), ...simulator]
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap(keepsIn)
  expect(kept.length).toBeGreaterThan(40)
  const named = new Set(NAMED.map(({ file, symbol }) => `${file}: ${symbol}`))
  expect(kept.filter((one) => !named.has(one))).toEqual([])
})

it('every symbol of the table is in its file', () => {
  expect(NAMED.length).toBeGreaterThan(50)
  const gone = NAMED.filter(
    ({ file, symbol }) => !new RegExp(`(?<![\\w#])${symbol}\\b`).test(sourceOf(file)),
  )
  expect(gone).toEqual([])
})

it('every row gives the place, the limit, and what happens beyond it', () => {
  const rows = TABLE.split('\n').filter((line) => /^\| (?!\*\*|thing|-)/.test(line))
  expect(
    rows.filter((row) => row.split('|').some((cell, at) => at > 0 && at < 5 && cell.trim() === '')),
  ).toEqual([])
  expect(rows).toHaveLength(NAMED.length)
})

it('every drawing limit of the page is in its table, with its value', () => {
  const named = namedIn(PAGE)
  expect(named.length).toBeGreaterThan(15)
  const plain = (limit: string) => Number(limit.replaceAll(/[,_]/g, ''))
  for (const { limit, file, symbol } of named) {
    const source = readFileSync(CLIENT + file, 'utf8')
    const [, value = ''] = new RegExp(`const ${symbol} = ([\\d_]+)`).exec(source) ?? []
    expect(plain(value), symbol).toBe(plain(limit))
  }
  const limits = readFileSync(`${CLIENT}markdown/answer-limits.ts`, 'utf8')
  const kept = [...limits.matchAll(/export const ((?:MOST|PIECE|DEEPEST|BLOCK)\w*) = \d/g)]
  const names = named.map(({ symbol }) => symbol)
  expect(kept.map(([, symbol = '']) => symbol).filter((one) => !names.includes(one))).toEqual([])
})
