import { describe, expect, it } from 'vitest'
import { followsAfter } from './follow-rule.ts'

describe('following the end', () => {
  const LONG_AGO = 10_000

  it('ends when the reader scrolls away', () => {
    expect(followsAfter(true, { distance: 300, sinceIntent: 50, up: true })).toBe(false)
  })

  it('ends with the first small step up, and growing text does not undo that', () => {
    expect(followsAfter(true, { distance: 10, sinceIntent: 50, up: true })).toBe(false)
    expect(followsAfter(false, { distance: 20, sinceIntent: 50, up: true })).toBe(false)
  })

  it('does not end when the text moves by itself', () => {
    for (const up of [true, false])
      expect(followsAfter(true, { distance: 300, sinceIntent: LONG_AGO, up })).toBe(true)
    expect(followsAfter(true, { distance: 0, sinceIntent: 50, up: true })).toBe(true)
  })

  it('does not end when the text grows a lot right after the reader jumped to the end', () => {
    expect(followsAfter(true, { distance: 2000, sinceIntent: 50, up: false })).toBe(true)
  })

  it('resumes at the end, however the reader got there', () => {
    expect(followsAfter(false, { distance: 40, sinceIntent: 0, up: false })).toBe(true)
    expect(followsAfter(false, { distance: 40, sinceIntent: LONG_AGO, up: false })).toBe(true)
  })

  it('does not resume by itself away from the end', () => {
    expect(followsAfter(false, { distance: 300, sinceIntent: LONG_AGO, up: false })).toBe(false)
  })
})
