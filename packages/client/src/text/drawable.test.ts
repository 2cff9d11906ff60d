import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawable, drawnAttribute, drawnText } from './drawable.ts'

describe('a drawn text', () => {
  it('has at most eight combining marks on a letter', () => {
    expect(drawable(`a${'\u0323\u0301'.repeat(16_000)} b`)).toBe(`a${'\u0323\u0301'.repeat(4)} b`)
  })

  it.each(['plain', 'Việt', 'שָׁלוֹם', 'นี้', '👩‍🚀 é', ''])(
    'is unchanged if it is harmless: %s',
    (text) => {
      for (const draw of [drawable, drawnText, drawnAttribute]) expect(draw(text)).toBe(text)
    },
  )

  it.each([
    ['\u202eabc', '\u202eabc\u202c'],
    ['\u202ea\u202c', '\u202ea\u202c'],
    ['\u2067a \u202bb', '\u2067a \u202bb\u202c\u2069'],
    ['\u2066a\u2069\u202a', '\u2066a\u2069\u202a\u202c'],
    ['\u202ea\nb', '\u202ea\u202c\nb'],
    ['\u202ca\u2069', '\u202ca\u2069'],
  ])(
    'closes its own direction changes, so that the following text keeps its direction: %j',
    (text, drawn) => {
      expect(drawnText(text)).toBe(drawn)
      expect(drawnText(drawn)).toBe(drawn)
      expect(drawnAttribute(text)).toMatch(/^[ab c\n]+$/)
    },
  )
})

describe('the page', () => {
  const SOURCES = join(import.meta.dirname, '..')
  const files = globSync('**/*.{ts,vue}', { cwd: SOURCES }).filter(
    (file) => !/test|double/.test(file),
  )
  const source = (file: string): string => readFileSync(join(SOURCES, file), 'utf8')

  it('puts all text on the screen through one guard', () => {
    const made = files.filter((file) =>
      /\b(?:createApp|createSSRApp|render)\b[^\n]*from 'vue'/.test(source(file)),
    )
    expect(made).toEqual([])
    expect(source('main.ts')).toContain('createDrawnApp(App')
    const past = files.filter((file) =>
      /createTextNode|\.(?:textContent|innerText|nodeValue) =|insertAdjacentText|\.append\(/.test(
        source(file),
      ),
    )
    // `main.ts` empties the element for the page.
    expect(past).toEqual(['main.ts'])
  })

  it('passes titles and notifications to the browser only through the same guard', () => {
    const said = files.flatMap((file) =>
      [...source(file).matchAll(/document\.title = (.*)|new Notification\(([^,]*)/g)].map(
        ([, title, notification]) => [file, title ?? notification] as const,
      ),
    )
    expect(said.length).toBeGreaterThan(3)
    const unguarded = said.filter(
      ([, what]) => !/^(?:drawnAttribute|said\.|laterWords\.)/.test(what ?? ''),
    )
    expect(unguarded).toEqual([])
  })
})
