import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isComposed, keepCompositions } from './compositions.ts'

const SOURCES = join(import.meta.dirname, '..')
const source = (file: string): string => readFileSync(join(SOURCES, file), 'utf8')

describe('a key event', () => {
  it.each([
    ['during a composition belongs to it', { isComposing: true, keyCode: 13 }, true],
    [
      'that ends a composition belongs to it, even as Safari sends it: after the end',
      { isComposing: false, keyCode: 229 },
      true,
    ],
    ['during a composition with code 229 belongs to it', { isComposing: true, keyCode: 229 }, true],
    ['outside compositions belongs to the page', { isComposing: false, keyCode: 13 }, false],
    ['after a composition belongs to the page', { isComposing: false, keyCode: 27 }, false],
  ])('%s', (_what, key, is) => expect(isComposed(key)).toBe(is))

  it('of a composition reaches no other listener, and its Escape closes nothing', () => {
    const page = new EventTarget()
    keepCompositions(page)
    const heard: string[] = []
    for (const type of ['keydown', 'keypress', 'keyup'])
      page.addEventListener(
        type,
        (event) => heard.push(`${type} ${(event as KeyboardEvent).key}`),
        {
          capture: true,
        },
      )
    const send = (type: string, key: string, keyCode: number, isComposing = false) => {
      const event = Object.assign(new Event(type, { cancelable: true }), {
        key,
        keyCode,
        isComposing,
      })
      page.dispatchEvent(event)
      return event.defaultPrevented
    }
    for (const type of ['keydown', 'keypress', 'keyup']) {
      expect(send(type, 'Escape', 229)).toBe(true)
      expect(send(type, 'Escape', 27, true)).toBe(true)
      // Phones send every typed character like this.
      expect(send(type, 'Enter', 229)).toBe(false)
      expect(send(type, 'a', 229)).toBe(false)
      expect(send(type, 'Escape', 27)).toBe(false)
    }
    expect(heard).toEqual(['keydown Escape', 'keypress Escape', 'keyup Escape'])
  })
})

describe('the page', () => {
  const files = globSync('**/*.{ts,vue}', { cwd: SOURCES }).filter(
    (file) => !/test|double/.test(file),
  )

  it('checks in one place whether a key belongs to a composition, before other listeners', () => {
    const others = files.filter(
      (file) =>
        file !== 'browser/compositions.ts' &&
        /isComposing|keyCode|\b229\b|isComposed/.test(source(file)),
    )
    expect(others).toEqual([])
    const main = source('main.ts')
      .split('\n')
      .filter((line) => /^\w+\(|^const|^createDrawnApp/.test(line))
    expect(main[0]).toBe('keepCompositions(window)')
  })

  it('has no other listener for keys that early', () => {
    const early = files.filter((file) =>
      /window\s*\??\.addEventListener\(\s*'key|on:key\w+\.capture|@key\w+\.capture/.test(
        source(file),
      ),
    )
    expect(early).toEqual([])
    // A module that starts listening when it is loaded would come first.
    const byLoading = files.filter(
      (file) =>
        file.endsWith('.ts') && /^(document|window|addEventListener)\b.*'key/m.test(source(file)),
    )
    expect(byLoading).toEqual([])
  })
})
