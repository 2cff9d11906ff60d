import { describe, expect, it } from 'vitest'
import { MarkdownBlocks } from './blocks.ts'
import type { Token } from './engine.ts'

interface Found {
  readonly tex: string
  readonly open: boolean
}

function found(tokens: readonly Token[]): Found[] {
  return tokens.flatMap(({ type, content, info, children }) =>
    type === 'formula' ? [{ tex: content, open: info === 'open' }] : found(children ?? []),
  )
}

function formulas(source: string, final = true): Found[] {
  const blocks = new MarkdownBlocks().update(source, final)
  return blocks.flatMap(({ tokens }) => found(tokens ?? []))
}
const tex = (source: string) => formulas(source).map((each) => each.tex)

describe('formulas', () => {
  it.each([
    ['on lines of their own', '$$\na_1 * b_1\n$$', ['a_1 * b_1']],
    ['on one line', '$$E = mc^2$$', ['E = mc^2']],
    [
      'in brackets, over several lines',
      'So\n\\[\n\\frac{1}{2}\n+ x\n\\]\nand',
      ['\\frac{1}{2}\n+ x'],
    ],
    ['within text', 'if \\(x < y\\), then $x^2 < y^2$.', ['x < y', 'x^2 < y^2']],
    [
      'of words that TeX means',
      'the $\\text{mean of all}$ and $2\\pi r$',
      ['\\text{mean of all}', '2\\pi r'],
    ],
    ['in a list', '- one\n\n  $$\n  a\n  $$\n- two $b$', ['a', 'b']],
    ['in a table', '| a |\n|---|\n| $x$ |', ['x']],
    ['within a sentence, displayed', 'thus $$x = 1$$ holds', ['x = 1']],
  ])('are found %s', (_where, source, expected) => {
    expect(tex(source)).toEqual(expected)
  })

  it.each([
    'It costs $5 and then $10.',
    'Between $5-$10, or US$3.',
    '$5 for one and 10$ for all',
    'Set $HOME and $PATH, or $HOME/$USER.',
    '`$a$` and `\\(b\\)`',
    '```\n$$\na\n$$\n```',
    'a \\$5$ note$',
    'from $1,000 to 2,000$ a month$',
    '$ x $',
    '$$',
    '$$\n\na\n\n$$',
    'Pay $$ a lot.\n\nAnd $$ more.',
    '\\(never closed',
  ])('are not found in money, code and unclosed text: %j', (source) => {
    expect(tex(source)).toEqual([])
  })

  it('are open until their end arrives, unless marked by a single dollar', () => {
    expect(formulas('Text\n\n$$\n\\frac{a_1', false)).toEqual([{ tex: '\\frac{a_1', open: true }])
    expect(formulas('so \\(a_1 * b', false)).toEqual([{ tex: 'a_1 * b', open: true }])
    expect(formulas('so $a_1', false)).toEqual([])
    expect(formulas('$$\na\n$$\n\n**bo', false)).toEqual([{ tex: 'a', open: false }])
  })
})
