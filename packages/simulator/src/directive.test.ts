import { describe, expect, test } from 'vitest'
import { directiveIn, parseChoice, withoutDirectives } from './directive.ts'

describe('a choice', () => {
  test.each([
    ['overloaded', { scenario: 'overloaded' }],
    ['length=200000 pace=instant', { length: 200_000, pace: 'instant' }],
    ['stall-after=10', { scenario: 'stall', after: 10 }],
    ['fail-first, attempts=3, id=a-1', { scenario: 'fail-first', attempts: 3, id: 'a-1' }],
    ['unicode line=1048576', { scenario: 'unicode', line: 1_048_576 }],
    ['rate-limited retry-after=5', { scenario: 'rate-limited', 'retry-after': '5' }],
    ['thinking=summarized gap=0 first=10', { thinking: 'summarized', gap: 0, first: 10 }],
    ['', {}],
  ])('%j is understood', (text, choice) => {
    expect(parseChoice(text)).toEqual({ choice, unknown: [] })
  })

  test.each([
    'nonsense',
    'length',
    'length=',
    'length=-1',
    'length=1e9',
    'length=99999999',
    'pace=warp',
    'stall=10',
    'nonsense-after=3',
    'a=b=c',
    '__proto__=1',
    'toString=1',
  ])('%j is unknown and changes nothing', (text) => {
    expect(parseChoice(text)).toEqual({ choice: {}, unknown: [text] })
  })
})

describe('a directive', () => {
  test('is found anywhere in a message, in any case, and the last one counts', () => {
    expect(directiveIn('Hi [simulate: cut] there [Simulate: Stall] you')).toEqual({
      scenario: 'stall',
    })
  })

  test('is ignored if it is malformed', () => {
    expect(directiveIn('[simulate: <stall>] [simulate stall] simulate: stall')).toEqual({})
  })

  test('is not part of the message', () => {
    expect(withoutDirectives('Why? [simulate: cut]')).toBe('Why? ')
  })
})
