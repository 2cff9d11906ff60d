import { describe, expect, it } from 'vitest'
import { holdsPassage } from './quoted-passage.ts'

const TEXT = [
  '# Plan',
  'We **must not** ship on [Friday](https://example.org/why), I said: *never*.',
  '- one `code`',
  '- zwei äöü, 三, 🎉!',
].join('\n')

describe('[R6.4] a passage', () => {
  it.each([
    'We **must not** ship',
    'We must not ship on Friday, I said: never.',
    'one code\nzwei äöü, 三, 🎉!',
    'never.\none…',
    'ship on [Friday](https://example.org/why), I',
    '🎉',
    '!',
    ' Plan ',
  ])('is of the message that holds it, as written or as shown: %j', (passage) => {
    expect(holdsPassage(TEXT, passage)).toBe(true)
  })

  it.each([
    'We must ship on Friday',
    'I said: ship',
    'ship Friday',
    'We must not ship on Friday, I said: always.',
    'WE MUST NOT',
    '???',
    '🎂',
    'nev\u200Ber ever',
  ])('is not of a message that does not say it: %j', (passage) => {
    expect(holdsPassage(TEXT, passage)).toBe(false)
  })
})
