import { describe, expect, it } from 'vitest'
import { MOST_COSTLY, PIECE_LENGTH } from './answer-limits.ts'
import { costlyIn, piecesOf } from './pieces.ts'

const TEXTS = {
  'of words': 'word '.repeat(2_000),
  'of lines': 'a line of a text\n'.repeat(1_000),
  'of control characters': '\u0001\u0000\u007f'.repeat(2_000),
  'of directions in turn': '\u202ea\u202c\u2067b\u2069 '.repeat(500),
  'of families': '👩‍👩‍👧‍👦'.repeat(500),
  'of words and, at its end, of soft hyphens': 'word '.repeat(500) + 'a\u00ad'.repeat(1_000),
}

describe.each(Object.entries(TEXTS))('a long text %s', (_, text) => {
  const pieces = piecesOf(text)

  it('is in pieces that make it up, none of them long or costly', () => {
    expect(pieces.join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(2)
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(PIECE_LENGTH)
      expect(costlyIn(piece)).toBeLessThanOrEqual(MOST_COSTLY)
    }
  })

  it('keeps all of its pieces but the last while it grows', () => {
    for (const end of [text.length / 3, text.length / 2, text.length - 1].map(Math.floor)) {
      const before = piecesOf(text.slice(0, end)).slice(0, -1)
      expect(pieces.slice(0, before.length)).toEqual(before)
    }
  })
})

it('a piece ends within no character', () => {
  const isBroken = (piece: string) =>
    /[\ud800-\udbff]$/.test(piece) || /^[\udc00-\udfff\u200d]/.test(piece)
  expect(piecesOf('👩‍👩‍👧‍👦'.repeat(500)).filter(isBroken)).toEqual([])
})

it('tabs and line ends are not costly', () => {
  expect(costlyIn('a\tb\nc')).toBe(0)
  expect(costlyIn('a\u00adb\u200bc\u0007')).toBe(3)
})
