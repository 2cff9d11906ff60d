// The log knows entries but no rules. It names no command, and only the entries that start and end a generation or
// create a room. Everything else it needs to know of an entry is on the entry's card (decide/cards.ts).
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { RULES } from '@roomcast/server/decide/rules.ts'
import { entrySchema } from '@roomcast/shared/protocol'

const LOG = fileURLToPath(new URL('../../packages/server/src/log/', import.meta.url))
const KNOWN = ['generation-started', 'generation-ended', 'room-created']
const ENTRIES = entrySchema.options.map((option) => option.entries.type.literal)
const COMMANDS = Object.keys(RULES)
/** A step of `schema.ts` is never edited after its release, and describes the data of its time. */
const FILES = globSync('**/*.{ts,lua}', { cwd: LOG }).filter(
  (file) => !file.endsWith('.test.ts') && file !== 'sqlite/schema.ts',
)

it('the log names no command, and no entry except those it guards itself', () => {
  expect(FILES.length).toBeGreaterThan(40)
  expect(ENTRIES).toEqual(expect.arrayContaining(KNOWN))
  expect(COMMANDS.length).toBeGreaterThan(10)
  const names = new Set([...ENTRIES, ...COMMANDS].filter((name) => !KNOWN.includes(name)))
  const said = FILES.flatMap((file) => {
    const source = readFileSync(LOG + file, 'utf8')
    const quoted = [...source.matchAll(/'([a-z-]+)'/g)].map(([, word = '']) => word)
    return quoted.filter((word) => names.has(word)).map((word) => `${file}: ${word}`)
  })
  expect(said).toEqual([])
})
