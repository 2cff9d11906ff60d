import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCES = join(import.meta.dirname, '..')
const [LAYERS = ''] = readFileSync(join(import.meta.dirname, 'index.css'), 'utf8').split('\n')

/** Style sheets that are imported by parts of the page and so may be loaded in any order. */
const apart = globSync('**/*.{vue,ts}', { cwd: SOURCES }).flatMap((file) =>
  [
    ...readFileSync(join(SOURCES, file), 'utf8').matchAll(/import '([^']+styles\/[^']+\.css)'/g),
  ].map(([, path = '']) => basename(path)),
)

describe('a style sheet that is loaded separately', () => {
  it('is found by this test', () => expect(apart.length).toBeGreaterThan(0))

  it.each([...new Set(apart)])(
    'begins with the order of the layers, because it may be loaded first: %s',
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
