import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { roomRequestSchema, sessionRequestSchema } from './http.ts'
import { cleanName, cleanTitle, hasVisible } from './name.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1000)

/** Hostile text: lone surrogates, combining marks and invisible characters. */
const odd = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('\uD83D', '\uDE00', '\u200D', '\uFE0F', '👩', '💻', '🏽', '1', '\u20E3'),
      fc.constantFrom(' ', '\u2800', '\u3164', '\u034F', '\u202E', '\u0301', 'e', '\uFEFF'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

describe('a cleaned name', () => {
  test.each([
    ['Bob', 'Bob'],
    ['  Bob \n\t B. ', 'Bob B.'],
    ['Bob\uD83D', 'Bob\uFFFD'],
    ['Jose\u0301', 'José'],
    ['Al\u200Bi\u202Ece\u0000', 'Alice'],
    ['Al\u034Fi\u3164c\uFE0Fe\uFEFF', 'Alice'],
    ['A \u200B B', 'A B'],
    ['A\u2800B\u2028C', 'A B C'],
    ['\u200DAda\u200D', 'Ada'],
    ['👩🏽‍💻', '👩🏽‍💻'],
    ['🏳️‍🌈 Max ❤️‍🔥', '🏳️‍🌈 Max ❤️‍🔥'],
    ['1️⃣', '1️⃣'],
    ['👩\u200Dx', '👩x'],
    ['李小龍', '李小龍'],
    ['?', '?'],
  ])('of %j is %j', (name, clean) => {
    expect(cleanName(name)).toBe(clean)
  })

  test.each(['', '   ', '\u200B', '\u2800', '\u3164', '\u0301', '\uFE0F', '\u0000', '\u00AD'])(
    'of %j, which has no visible character, is empty',
    (name) => {
      expect(cleanName(name)).toBe('')
    },
  )

  test('is well-formed, on one line, and unchanged by a second cleaning', () => {
    fc.assert(
      fc.property(odd, (name) => {
        const clean = cleanName(name)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]|^\s|\s$|\s\s/u)
        expect(cleanName(clean)).toBe(clean)
        expect(hasVisible(clean)).toBe(clean !== '')
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

describe('the names and texts of HTTP bodies', () => {
  test('a name is cleaned on parsing', () => {
    expect(v.parse(sessionRequestSchema, { name: ' A\u200Bda\uD800' })).toEqual({
      name: 'Ada\uFFFD',
    })
  })

  test('an invisible name is refused with an explanation', () => {
    const { issues } = v.safeParse(sessionRequestSchema.options[1], { name: '\u200B' })
    expect(issues?.[0]?.message).toBe('needs at least one visible character')
  })

  test('[R7.1] a name that is far too long is refused before it is normalized', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    onTestFinished(() => normalize.mockRestore())
    const name = `a${'\u0323\u0301'.repeat(30_000)}`
    const { issues } = v.safeParse(sessionRequestSchema.options[1], { name })
    expect(issues?.map(({ message }) => message)).toEqual(['is longer than 40 characters'])
    expect(normalize).not.toHaveBeenCalled()
  })

  test('a title and instructions become well-formed, and the title loses its control characters', () => {
    const body = { title: ' A\u0000b\n\uD83D', instructions: 'Be\nbrief\uD83D' }
    expect(v.parse(roomRequestSchema, body)).toEqual({
      title: 'A b \uFFFD',
      instructions: 'Be\nbrief\uFFFD',
    })
  })

  test.each([
    ['\u200B', ''],
    ['plan\u202Exe.', 'planxe.'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
    ['تصميم', 'تصميم'],
  ])('a title loses its invisible characters: %j', (title, clean) => {
    expect(cleanTitle(title)).toBe(clean)
  })
})
