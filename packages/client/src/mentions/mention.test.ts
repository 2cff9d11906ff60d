import { describe, expect, it } from 'vitest'
import { mentionable, mentionQuery, mentionsIn, stretches, withMention } from './mention.ts'

const ANA = { memberId: 'a', name: 'Ana' }
const ANA_MARIA = { memberId: 'am', name: 'Ana María' }
const BO = { memberId: 'b', name: 'Bo' }
const PEOPLE = [ANA, ANA_MARIA, BO]

describe('a mention that is being typed', () => {
  const query = (text: string) => mentionQuery(text, text.length)

  it('begins with an @ at the beginning of a word', () => {
    expect(query('@')).toEqual({ from: 0, to: 1, words: '' })
    expect(query('Hi @an')).toEqual({ from: 3, to: 6, words: 'an' })
    expect(query('(@an')?.words).toBe('an')
    expect(query('mail@an')).toBeNull()
    expect(query('ünï@an')).toBeNull()
  })

  it('may contain single spaces, and ends at a line break or two spaces', () => {
    expect(query('@Ana Ma')?.words).toBe('Ana Ma')
    for (const text of ['@ ', '@Ana\n', '@Ana  ', 'none']) expect(query(text)).toBeNull()
  })

  it('is the one at the caret', () => {
    expect(mentionQuery('@Bo and @an too', 11)?.words).toBe('an')
    expect(mentionQuery('@Bo and', 3)?.words).toBe('Bo')
  })

  it('matches the beginning of a name first, then the beginnings of later words', () => {
    const found = (text: string) => {
      const typed = query(text)
      return typed && mentionable(typed, PEOPLE)
    }
    expect(found('@')).toEqual(PEOPLE)
    expect(found('@AN')).toEqual([ANA, ANA_MARIA])
    expect(found('@mar')).toEqual([ANA_MARIA])
    expect(found('@nobody')).toEqual([])
  })

  it('becomes the name, followed by one space', () => {
    expect(withMention('Hi @b', { from: 3, to: 5, words: 'b' }, 'Bo')).toEqual({
      text: 'Hi @Bo ',
      caret: 7,
    })
    expect(withMention('@b now', { from: 0, to: 2, words: 'b' }, 'Bo')).toEqual({
      text: '@Bo now',
      caret: 4,
    })
  })
})

describe('the mentions in a text', () => {
  it('are whole names in upper or lower case, the longest match first', () => {
    const text = 'Hey @ana maría, @Ana and @BO: @Bob @nobody'
    expect(mentionsIn(text, PEOPLE, [])).toEqual(['a', 'am', 'b'])
    expect(mentionsIn('ana@Bo.example and @Bobby', PEOPLE, [])).toEqual([])
    expect(stretches('Hi @Bo!', PEOPLE)).toEqual([
      { text: 'Hi ', memberId: null },
      { text: '@Bo', memberId: 'b' },
      { text: '!', memberId: null },
    ])
  })

  it('keep every character of the text', () => {
    for (const text of ['', '@', '@Bo', '@Bo@Bo', 'a @Ana @Ana María. 👋 @', '@@Bo'])
      expect(
        stretches(text, PEOPLE)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
  })

  it('of a name that several members share are the chosen members, or all of them', () => {
    const two = [BO, { memberId: 'b2', name: 'Bo' }]
    expect(mentionsIn('@Bo', two, [])).toEqual(['b', 'b2'])
    expect(mentionsIn('@Bo', two, ['b2'])).toEqual(['b2'])
  })
})
