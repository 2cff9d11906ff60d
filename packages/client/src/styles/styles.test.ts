import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCES = join(import.meta.dirname, '..')
const [LAYERS = ''] = readFileSync(join(import.meta.dirname, 'index.css'), 'utf8').split('\n')

/** Style sheets that come with a part of the page, so in whatever order the parts are loaded. */
const apart = globSync('**/*.{vue,ts}', { cwd: SOURCES }).flatMap((file) =>
  [
    ...readFileSync(join(SOURCES, file), 'utf8').matchAll(/import '([^']+styles\/[^']+\.css)'/g),
  ].map(([, path = '']) => basename(path)),
)

describe('a style sheet that is loaded apart', () => {
  it('is known here', () => expect(apart.length).toBeGreaterThan(0))

  it.each([...new Set(apart)])(
    'says the order of the layers first, as it may be the first: %s',
    (file) => {
      expect(LAYERS).toMatch(/^@layer reset, .*;$/)
      const text = readFileSync(join(import.meta.dirname, file), 'utf8').replace(
        /^\/\*.*?\*\/\s*/s,
        '',
      )
      expect(text.startsWith(LAYERS)).toBe(true)
    },
  )
})
