// docs/architecture.md names only things that exist, and its table of imports is the one that lint enforces.
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const page = read('docs/architecture.md')
const quotedIn = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, one = '']) => one)
const quoted = new Set(quotedIn(page.replaceAll(/^```.*?^```$/gms, '')))

const files = globSync(['packages/*/src/**/*.*', 'packages/*/*.*', 'test/**/*.*', '*.*'], {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules' || name === 'dist',
})
const sources = new Map(
  files.filter((file) => /\.(ts|vue|lua|js)$/.test(file)).map((file) => [file, read(file)]),
)
const isPath = (text: string) => /^[\w*][\w*.-]*\/|\.(ts|vue|lua|js)$/.test(text)

it('every path in docs/architecture.md exists', () => {
  const paths = [...quoted].filter(isPath)
  expect(paths.length).toBeGreaterThan(50)
  const exists = (path: string) => {
    const whole = path.replace(/^(server|client|shared)\//, 'packages/$1/src/')
    const [folder = ''] = whole.split(/[*<]/)
    const end = `/${folder.replace(/\/$/, '')}`
    return files.some((file) => `/${file}`.endsWith(end) || `/${file}`.includes(`${end}/`))
  }
  expect(paths.filter((path) => !exists(path))).toEqual([])
})

it('every symbol in docs/architecture.md exists', () => {
  const symbols = [...quoted].filter((one) => !isPath(one) && /^[A-Za-z_][\w.#]*$/.test(one))
  expect(symbols.length).toBeGreaterThan(50)
  const exists = (symbol: string) => {
    const [owner = '', member] = symbol.split('.')
    const found = [...sources.values()].filter((source) =>
      new RegExp(member === undefined ? String.raw`\b${owner}\b` : `class ${owner}\\b`).test(
        source,
      ),
    )
    const field = new RegExp(`^  (?:(?:async|readonly|static|get) )*\\*?${member}\\b`, 'm')
    return member === undefined ? found.length > 0 : found.some((source) => field.test(source))
  }
  expect(symbols.filter((symbol) => !exists(symbol))).toEqual([])
})

it('the table of imports in docs/architecture.md matches eslint.config.js and has every folder', async () => {
  const { mayImport } = (await import(join(ROOT, 'eslint.config.js'))) as {
    mayImport: Readonly<Record<string, readonly string[]>>
  }
  const [, rest = ''] = page.split('\n## Who may import whom\n')
  const [section = ''] = rest.split('\n## ')
  const rows = [...section.matchAll(/^\| (`[^|]+?) +\| ([^|]*?) +\|$/gm)]
  const documented = rows.flatMap(([, folders = '', known = '']) =>
    quotedIn(folders).map((folder) => [folder, quotedIn(known)]),
  )
  expect(Object.fromEntries(documented)).toEqual(mayImport)
  const folders = readdirSync(join(ROOT, 'packages/server/src'), { withFileTypes: true })
  const names = folders.filter((one) => one.isDirectory()).map(({ name }) => name)
  expect(Object.keys(mayImport).toSorted()).toEqual(names.toSorted())
})
