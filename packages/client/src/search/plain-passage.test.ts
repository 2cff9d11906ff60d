import { expect, it } from 'vitest'
import { plainPassage } from './plain-passage.ts'

it('a found passage keeps its place when the marks of Markdown are taken out', () => {
  const passage = 'A **bold word** and `code`'
  const from = passage.indexOf('word')
  expect(plainPassage(passage, from, from + 4)).toEqual(['A bold ', 'word', ' and code'])
  expect(plainPassage(passage, 2, 8)).toEqual(['A ', 'bold', ' word and code'])
  expect(plainPassage('word', 0, 4)).toEqual(['', 'word', ''])
})
