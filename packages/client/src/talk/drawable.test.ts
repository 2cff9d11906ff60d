import { describe, expect, it } from 'vitest'
import { drawable } from './drawable.ts'

describe('a text that is drawn', () => {
  it('has at most eight marks on a letter', () => {
    expect(drawable(`a${'\u0323\u0301'.repeat(16_000)} b`)).toBe(`a${'\u0323\u0301'.repeat(4)} b`)
  })

  it.each(['plain', 'Việt', 'שָׁלוֹם', 'นี้', '👩‍🚀 é', ''])('is itself: %s', (text) => {
    expect(drawable(text)).toBe(text)
  })
})
