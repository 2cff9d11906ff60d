import { describe, expect, test } from 'vitest'
import { byteLength, sliceBytes } from './bytes.ts'

describe('bytes of a text', () => {
  test.each([
    ['', 0],
    ['a\u0000\r\n', 4],
    ['é', 2],
    ['日本', 6],
    ['𝄞', 4],
    ['👩‍👩‍👧‍👦', 25],
    ['\ufeffx', 4],
  ])('%j has %i bytes', (text, length) => {
    expect(byteLength(text)).toBe(length)
  })

  test('are positions for cutting it between characters', () => {
    expect(sliceBytes('aé日𝄞', 1, 3)).toBe('é')
    expect(sliceBytes('aé日𝄞', 3)).toBe('日𝄞')
    expect(sliceBytes('aé日𝄞', 0, 6)).toBe('aé日')
    expect(sliceBytes('abc', 3)).toBe('')
  })

  test('include those of a byte order mark', () => {
    expect(sliceBytes('\ufeffabc', 0, 4)).toBe('\ufeffa')
    expect(sliceBytes('ab\ufeffc', 2)).toBe('\ufeffc')
  })
})
