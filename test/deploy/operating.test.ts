// docs/operating.md agrees with the program. Its commands are run by test/process/restore.test.ts.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readConfig, VARIABLES } from '@roomcast/server/config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const page = read('docs/operating.md')

/** The rows of the first table under a heading, cell by cell. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [table = ''] = /(^\|.*\n)+/m.exec(section) ?? []
  const rows = table.trim().split('\n').slice(2)
  return rows.map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
}

/** The texts in backquotes. */
function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '')
}

describe('docs/operating.md', () => {
  const rows = tableUnder('Configuration')
  const named = rows.map(([variable = '']) => quoted(variable)[0] ?? '')

  it('explains every variable once, and no others', () => {
    expect(named.toSorted()).toEqual(VARIABLES.toSorted())
    for (const [, , meaning = ''] of rows) expect(meaning.length).toBeGreaterThan(10)
  })

  it('gives the default of each variable that has one', () => {
    const preset = readConfig({})
    for (const [index, [, shown = '']] of rows.entries()) {
      const name = named[index] ?? ''
      const [value] = quoted(shown)
      if (value === undefined) expect([name, shown]).toEqual([name, '—'])
      else expect([name, readConfig({ [name]: value })]).toEqual([name, preset])
    }
  })

  it('shows no default only for variables without one', () => {
    const without = named.filter((_name, index) => rows[index]?.[1] === '—')
    expect(without.toSorted()).toEqual(
      [
        'ALLOWED_ORIGINS',
        'ANTHROPIC_API_KEY',
        'ANTHROPIC_BASE_URL',
        'DAILY_TOKENS',
        'OPERATOR_PORT',
        'PUBLIC_URL',
        'REDIS_URL',
        'SIGNING_KEY',
        'SIMULATOR_SEED',
        'START_CODE',
      ].toSorted(),
    )
  })

  it('quotes messages exactly as in the program', () => {
    const sources = ['server', 'shared']
      .flatMap((name) => globSync(`packages/${name}/src/**/*.ts`, { cwd: ROOT }))
      .filter((path) => !path.endsWith('.test.ts'))
      .map(read)
      .join('\n')
    const messages = tableUnder('When something is wrong').flatMap(([says = '']) => quoted(says))
    expect(messages.length).toBeGreaterThan(15)
    // A trailing space belongs to the message but is invisible in a table.
    for (const message of messages) expect(sources).toContain(message.trimEnd())
  })

  it('links only to pages and headings that exist', () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
      text.toLowerCase().replaceAll(' ', '-'),
    )
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to ?? '')
    expect(links.length).toBeGreaterThan(5)
    for (const link of links) {
      const [path = '', heading] = link.split('#')
      if (path !== '') expect([link, existsSync(join(ROOT, 'docs', path))]).toEqual([link, true])
      if (heading !== undefined) expect(headings).toContain(heading)
    }
  })
})
