import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isComposed, keepCompositions } from './compositions.ts'

const SOURCES = join(import.meta.dirname, '..')
const source = (file: string): string => readFileSync(join(SOURCES, file), 'utf8')

describe('a key of a composition', () => {
  it.each([
    ['while it goes on', { isComposing: true, keyCode: 13 }, true],
    [
      'as Safari sends the one that ends it, after its end',
      { isComposing: false, keyCode: 229 },
      true,
    ],
    ['as others send it', { isComposing: true, keyCode: 229 }, true],
    ['of none', { isComposing: false, keyCode: 13 }, false],
    ['right after it, to the page', { isComposing: false, keyCode: 27 }, false],
  ])('%s', (_what, key, is) => expect(isComposed(key)).toBe(is))

  it('is heard by nobody, and Escape closes nothing', () => {
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
      // What is written on phones comes like this.
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

  it('asks in one place whether a key belongs to a composition, before anything else listens', () => {
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

  it('has nobody else who hears of keys that early', () => {
    const early = files.filter((file) =>
      /window\s*\??\.addEventListener\(\s*'key|on:key\w+\.capture|@key\w+\.capture/.test(
        source(file),
      ),
    )
    expect(early).toEqual([])
    // Modules that listen while they are loaded would come before it.
    const byLoading = files.filter(
      (file) =>
        file.endsWith('.ts') && /^(document|window|addEventListener)\b.*'key/m.test(source(file)),
    )
    expect(byLoading).toEqual([])
  })
})
