import { describe, expect, it } from 'vitest'
import { costlyIn, MOST_COSTLY, PIECE_LENGTH } from './answer-limits.ts'
import { piecesOf } from './pieces.ts'

const TEXTS = {
  'of words': 'word '.repeat(2_000),
  'of lines': 'a line of a text\n'.repeat(1_000),
  'of control characters': '\u0001\u0000\u007f'.repeat(2_000),
  'of alternating directions': '\u202ea\u202c\u2067b\u2069 '.repeat(500),
  'of family emoji': '👩‍👩‍👧‍👦'.repeat(500),
  'of words with bell characters at its end': 'word '.repeat(500) + 'a\u0007'.repeat(1_000),
}

describe.each(Object.entries(TEXTS))('a long text %s', (_, text) => {
  const pieces = piecesOf(text)

  it('splits into pieces that add up to it, none of them long or costly', () => {
    expect(pieces.join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(2)
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(PIECE_LENGTH)
      expect(costlyIn(piece)).toBeLessThanOrEqual(MOST_COSTLY)
    }
  })

  it('keeps all of its pieces except the last while it grows', () => {
    for (const end of [text.length / 3, text.length / 2, text.length - 1].map(Math.floor)) {
      const before = piecesOf(text.slice(0, end)).slice(0, -1)
      expect(pieces.slice(0, before.length)).toEqual(before)
    }
  })
})

const FAMILY = '👩‍👩‍👧‍👦'
const ENGLAND = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'

it('the text split before makes no difference', () => {
  const texts = [
    'word '.repeat(3_000),
    '',
    'word',
    '',
    'word '.repeat(1_000),
    'other '.repeat(3_000),
  ]
  for (const text of texts) expect(piecesOf(text).join('')).toBe(text)
  expect(piecesOf('')).toEqual([])
})

it.each([FAMILY, ENGLAND, '🇩🇪', 'e\u0301', '👍🏽'])('no piece ends within %s', (character) => {
  for (const before of ['', 'a', 'ab', '\u0007', 'a\u0007b'])
    for (const piece of piecesOf(before + character.repeat(2_000)).slice(1))
      expect(piece.replaceAll(character, '')).toBe('')
})

it('a single character longer than a piece is split all the same', () => {
  const text = `a${'\u0301'.repeat(5_000)}`
  expect(piecesOf(text).length).toBeGreaterThan(2)
  expect(piecesOf(text).join('')).toBe(text)
})

it('tabs, line ends, joiners and hyphens are not costly', () => {
  expect(costlyIn(`a\tb\nc${FAMILY}\u00ad\u200c`)).toBe(0)
  expect(costlyIn('a\u202eb\u2069c\u0007')).toBe(3)
})
