import { describe, expect, it } from 'vitest'
import { sentencesAfter } from './sentences.ts'

const code = (language: string, lines: number) => `[${language} ${lines}]`

/** All sentences announced for a text that arrives in pieces of `size` characters. */
function spoken(text: string, size: number): string[] {
  const said: string[] = []
  let upTo = 0
  for (let end = size; ; end += size) {
    const done = end >= text.length
    const ready = sentencesAfter(text.slice(0, end), upTo, done, code)
    said.push(...ready.sentences)
    upTo = ready.upTo
    if (done) return said
  }
}

const ANSWER = `## Two options

The **turn** lives on the server. It is 1.5 times faster! See [the docs](https://x.example/a.b).

- First, a list
- “Quoted.” And more

\`\`\`ts
const a = 'No sentence. At all.'
const b = 2
\`\`\`

Last words without an end`

const WHOLE = [
  'Two options',
  'The turn lives on the server.',
  'It is 1.5 times faster!',
  'See the docs.',
  'First, a list',
  '“Quoted.',
  'And more',
  '[ts 2]',
  'Last words without an end',
]

describe('the sentences of an answer', () => {
  it('are whole and without Markdown, and a code block is one sentence', () => {
    expect(spoken(ANSWER, ANSWER.length)).toEqual(WHOLE)
  })

  it.each([1, 3, 7, 40])(
    'are the same when the text arrives in pieces of %i characters',
    (size) => {
      expect(spoken(ANSWER, size)).toEqual(WHOLE)
    },
  )

  it('wait for the end of a sentence or code block', () => {
    expect(sentencesAfter('Not yet', 0, false, code)).toEqual({ sentences: [], upTo: 0 })
    expect(sentencesAfter('A.\n```js\nlet', 0, false, code)).toEqual({
      sentences: ['A.'],
      upTo: 3,
    })
  })

  it('include the length of a code block that was never closed', () => {
    expect(sentencesAfter('```js\nlet a\nlet b', 0, true, code).sentences).toEqual(['[js 2]'])
  })
})
