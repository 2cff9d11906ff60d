import { describe, expect, it } from 'vitest'
import { words } from './language.ts'
import { initials, secondsText, thoughtText, timeText, typingText } from './words.ts'

describe('the short texts', () => {
  it('say how much too long a message is, and never show a size equal to the limit', () => {
    const limit = 64 * 1024
    const { tooLong } = words.talking.composer
    expect(tooLong(74_342, limit)).toBe('This message is too long: 72.6 kB of at most 64 kB.')
    expect(tooLong(limit + 1, limit)).toContain('64.1 kB of at most 64 kB')
  })

  it('write a time of day without a leading zero', () => {
    const at = new Date(2026, 0, 5, 7, 43).getTime()
    expect(timeText(at, at, 'en-US')).toMatch(/^7:43\sAM$/)
    expect(timeText(at, at + 86_400_000, 'en-US')).toMatch(/^Jan 5, 7:43\sAM$/)
  })

  it('never say that Claude thought for no time', () => {
    expect([null, 40, 999, 1000].map(thoughtText)).toEqual([
      'Thoughts',
      'Thought for a moment',
      'Thought for a moment',
      'Thought for 1 s',
    ])
  })

  it('write time spans, initials and who is typing', () => {
    expect([secondsText(-5), secondsText(12_900), secondsText(65_000)]).toEqual([
      '0 s',
      '12 s',
      '1 min 5 s',
    ])
    expect(['Ana Pereira', 'bo', '😀x', 'Ana (2)'].map(initials)).toEqual(['AP', 'bo', '😀x', 'A2'])
    expect([typingText([]), typingText(['Bo']), typingText(['Bo', 'Cy'])]).toEqual([
      '',
      'Bo is typing…',
      'Bo and Cy are typing…',
    ])
  })
})
