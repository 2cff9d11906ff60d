import { expect, it } from 'vitest'
import { plainPassage } from './plain-passage.ts'

it('a match keeps its place in the passage when Markdown is stripped', () => {
  const passage = 'A **bold word** and `code`'
  const from = passage.indexOf('word')
  expect(plainPassage(passage, from, from + 4)).toEqual(['A bold ', 'word', ' and code'])
  expect(plainPassage(passage, 2, 8)).toEqual(['A ', 'bold', ' word and code'])
  expect(plainPassage('word', 0, 4)).toEqual(['', 'word', ''])
})
