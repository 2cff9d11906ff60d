import { describe, expect, it } from 'vitest'
import { plainText } from './without-markdown.ts'

describe('stripping Markdown', () => {
  it.each([
    ['**Bold**, *it*, __both__ and ~~gone~~', 'Bold, it, both and gone'],
    ['***a*** (*b*) "_c_"', 'a (b) "c"'],
    ['## Title\n\nText', 'Title Text'],
    ['- one\n- [x] two\n> said', 'one two said'],
    ['1. first\n2. second', '1. first 2. second'],
    ['see [the docs](https://example.com/a_b) and ![a cat](x)', 'see the docs and a cat'],
    ['```ts\nconst a = 1\n```\nDone', 'const a = 1 Done'],
    ['use `**kwargs` and ``a`b``', 'use **kwargs and a`b'],
    ['| a | b |\n|---|--:|\n| 1 | **2** |', 'a · b 1 · 2'],
    ['cut in **the middle', 'cut in the middle'],
    ['and `open', 'and open'],
    ['One\n\n---\n\nTwo', 'One Two'],
  ])('turns %j into %j', (markdown, plain) => expect(plainText(markdown)).toBe(plain))

  it.each(['2*3*4 = 24', '2 * 3', 'snake_case_name', '~5 tokens', 'a | b', 'C# and a#b', 'x - y'])(
    'leaves symbols alone: %j',
    (text) => expect(plainText(text)).toBe(text),
  )
})
