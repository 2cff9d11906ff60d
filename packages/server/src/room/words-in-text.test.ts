import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { passageOf, passageSteps, plain, searchedText, wordsOf } from './words-in-text.ts'

/** The marked part of the passage, and the passage. */
function found(text: string, query: string): [marked: string, passage: string] | null {
  const place = passageOf(text, wordsOf(query))
  return place && [place.passage.slice(place.from, place.to), place.passage]
}

describe('words in a text', () => {
  it.each([
    ['The Café is open', 'cafe', 'Café'],
    ['ich weiß es', 'WEISS', 'weiß'],
    ['ΟΔΟΣ', 'οδος', 'ΟΔΟΣ'],
    ['Cafe\u0301s', 'café', 'Cafe\u0301'],
    ['a 👩‍🚀 in space', 'SPACE', 'space'],
    ['שָׁלוֹם', 'שלום', 'שָׁלוֹם'],
    ['half of a word', 'alf', 'alf'],
    ['１２３ full width', '123', '１２３'],
  ])('in %j are found by %j', (text, query, marked) => {
    expect(found(text, query)?.[0]).toBe(marked)
  })

  it('must all be there, in any order', () => {
    expect(found('Redis first, then the socket', 'socket redis')?.[0]).toBe('Redis')
    expect(found('Redis first', 'socket redis')).toBeNull()
    expect(found('anything', '   ')).toBeNull()
  })

  it('are marked together where they appear in the order typed', () => {
    expect(found('first of all, the first of May', 'FIRST of may')?.[0]).toBe('first of May')
  })

  it('of an answer do not include its thinking', () => {
    const reply = {
      ...({ kind: 'reply', generationId: 'g', number: 1, offset: 1, at: 0 } as const),
      ...({ messageId: 'm', by: 'a', mode: 'answer', model: 'claude' } as const),
      ...({ text: 'hm Because', end: 10, ended: null } as const),
      marks: [
        { kind: 'thinking', from: 0 },
        { kind: 'text', from: 3 },
      ],
    } as const
    expect(searchedText(reply)).toBe('Because')
  })

  it('come with their surrounding text, cut between characters', () => {
    const text = `${'long '.repeat(50)}needle${' 👩'.repeat(100)}`
    const [marked, passage] = found(text, 'needle') ?? ['', '']
    expect(marked).toBe('needle')
    expect(passage.startsWith('…long ')).toBe(true)
    expect(passage.endsWith('…')).toBe(true)
    expect(passage.length).toBeLessThan(230)
    expect(passage.isWellFormed()).toBe(true)
  })

  it('[R7.1] are found in a text full of accents, a piece at a time', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    onTestFinished(() => normalize.mockRestore())
    const accents = '\u0323\u0301'.repeat(16 * 1024)
    const [marked, passage] = found(`a${accents} needle${accents}`, 'needle') ?? ['', '']
    expect(marked.startsWith('needle\u0323')).toBe(true)
    expect(passage.length).toBeLessThan(1000)
    const longest = normalize.mock.contexts.map((text) => String(text).length)
    expect(Math.max(...longest)).toBeLessThanOrEqual(512)
  })

  it('are marked in the right place, however far into the text and wherever a piece begins', () => {
    for (let length = 240; length < 270; length++) {
      const text = `${'ﷺ👩é'.repeat(1000)}${'x'.repeat(length)}Cafe\u0301 needle.`
      expect(found(text, 'café')?.[0]).toBe('Cafe\u0301')
      expect(found(text, 'needle')?.[0]).toBe('needle')
    }
  })
})

describe('[R7.1] compared text', () => {
  it('is at most four times as long as the written text, whatever the characters', () => {
    const grown: string[] = []
    for (let code = 1; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      if (plain(character).length > 4 * character.length) grown.push(code.toString(16))
    }
    expect(grown).toEqual([])
    expect(plain('\ufdfa'.repeat(1000))).toHaveLength(1000)
  })

  it('is searched in steps, even for a long word that almost matches everywhere', () => {
    const text = 'a'.repeat(256 * 1024)
    const steps = passageSteps(text, [`b${'A'.repeat(199)}`])
    let count = 0
    while (!steps.next().done) count++
    expect(count).toBeGreaterThan(20)
  })
})
