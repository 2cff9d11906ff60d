import { describe, expect, test } from 'vitest'
import { lastSaid, loadLibrary } from './content.ts'
import { seededRandom } from './random.ts'
import { checkRequest } from './request.ts'
import { torture } from './torture.ts'

const library = loadLibrary()

function requestOf(...contents: readonly string[]) {
  const checked = checkRequest(
    {
      model: 'claude-haiku-5-5',
      max_tokens: 1000,
      messages: contents.map((content, index) => ({
        role: index % 2 === 0 ? 'user' : 'assistant',
        content,
      })),
    },
    'answer',
  )
  if (!checked.ok) throw new Error(checked.error.message)
  return checked.request
}

function answer(contents: readonly string[], length?: number, seed = 1): string {
  return library.answer(requestOf(...contents), length, seededRandom(seed))
}

describe('an answer', () => {
  test('says that the model is simulated at the start of a conversation, and only then', () => {
    expect(answer(['How are you?'])).toMatch(/^\*This is a simulated model.*\*\n\n/)
    expect(answer(['How are you?', 'Fine.', 'And the weather?'])).not.toContain('simulated model')
  })

  test('quotes a few words of the question, without markup or directives', () => {
    const text = answer([
      '<from name="Ana">\nCan **we** cook lentils tonight? [simulate: crlf]</from>',
    ])
    expect(text).toContain('“Can we cook lentils tonight?”')
    expect(text).toContain('## Lentil soup')
  })

  test.each([
    ['How do shared rooms work for a team?', '## A room with several people'],
    ['Our test is flaky, help me debug the error', '## The bug that came every seventh Monday'],
    ['Please plan a lesson for my class', '## A lesson plan'],
    ['Translate this into Greek and Arabic', '## One sentence around the world'],
    ['Write a function in Python', '## Counting words'],
    ['A formula with a sum and its proof', '## How long a line at the counter gets'],
  ])('to %j is about that', (question, heading) => {
    expect(answer([question])).toContain(heading)
  })

  test('to a greeting is short', () => {
    expect(answer(['Hi!']).length).toBeLessThan(400)
  })

  test.each([1, 50, 5000, 200_000])('has the requested length: %i', (length) => {
    const text = answer(['Tell me everything'], length)
    expect(text.length).toBeGreaterThanOrEqual(length - 1)
    expect(text.length).toBeLessThanOrEqual(length)
    expect(text.isWellFormed()).toBe(true)
  })

  test('does not repeat the same piece twice in a row', () => {
    const first = answer(['Go on, surprise us'])
    const heading = /^## .*$/m.exec(first)?.[0] ?? '-'
    for (let seed = 0; seed < 20; seed += 1) {
      expect(answer(['Go on', first, 'Go on, surprise us'], undefined, seed)).not.toContain(heading)
    }
  })

  test('is the same for the same seed', () => {
    expect(answer(['Surprise us'], undefined, 5)).toBe(answer(['Surprise us'], undefined, 5))
  })
})

describe('the last message', () => {
  const said = (text: string) => lastSaid(requestOf(text).turns)
  const ANA = '<message from="Ana">\nWhy? [simulate: overloaded]\n</message>'
  const BOB = '<message from="Bob">\nAnd how?\n</message>'

  test.each([
    ['plain words', 'plain words'],
    [`${ANA}\n\n${BOB}`, 'And how?'],
    [`<note>It was stopped.</note>\n\n${ANA}`, 'Why? [simulate: overloaded]'],
    [`${ANA}\n\n<note>Ana stopped it.</note>\n\nContinue, please.`, 'Continue, please.'],
    ['</message> <message', '<message'],
  ])('of %j is %j', (text, last) => {
    expect(said(text).trim()).toBe(last)
  })
})

describe('a continuation', () => {
  const CONTINUE = 'Continue your previous answer exactly where it stopped.'

  test('continues from the exact character where an answer was cut', () => {
    const whole = answer(['Please plan a lesson for my class'])
    for (const at of [900, 1200, 1201, 1500]) {
      const stopped = whole.slice(0, at)
      const rest = answer(['Please plan a lesson', stopped, CONTINUE])
      expect(whole.slice(at).startsWith(rest)).toBe(true)
      expect(rest.length).toBeGreaterThan(100)
    }
  })

  test('of an unknown text has no heading and no notice', () => {
    const text = answer(['Why?', 'Because the sky', CONTINUE])
    expect(text).not.toMatch(/^#|simulated/m)
  })
})

describe('the difficult text', () => {
  test('has exactly the requested length and long line', () => {
    expect(torture({ length: 10_000 })).toHaveLength(10_000)
    const lines = torture({ line: 1_048_576 }).split('\n')
    expect(lines.at(-1)).toHaveLength(1_048_576)
  })

  test('is well formed as a whole', () => {
    for (let line = 1; line < 40; line += 1) expect(torture({ line }).isWellFormed()).toBe(true)
  })
})

test('the thoughts mention the question', () => {
  expect(library.thinking(requestOf('Is it late?'), seededRandom(1))).toContain('“Is it late?”')
})
