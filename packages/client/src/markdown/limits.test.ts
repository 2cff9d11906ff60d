import MarkdownIt from 'markdown-it'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { describe, expect, it } from 'vitest'
import { type Block, MarkdownBlocks } from './blocks.ts'
import { engine, type Engine, type Token } from './engine.ts'
import MarkdownBlock from './markdown-block.ts'
import MarkdownText from './markdown-text.ts'
import { BLOCK_LIMIT } from './answer-limits.ts'

const MEBI = 1024 * 1024

/** An engine that counts its input characters, and fails on blocks that contain `bad`. */
function counting(bad: string | null = null) {
  const given = { structure: 0, inlines: 0 }
  const counter: Engine = {
    structure(source, references) {
      given.structure += source.length
      return engine.structure(source, references)
    },
    inlines(tokens, references) {
      const text = tokens.map(({ content }) => content).join('\n')
      given.inlines += text.length
      if (bad !== null && text.includes(bad)) throw new RangeError('stack')
      engine.inlines(tokens, references)
    },
  }
  return { given, counter }
}

/** All blocks of a text that arrives in one piece. */
function blocksOf(source: string, parser = new MarkdownBlocks()): readonly Block[] {
  let blocks = parser.update(source, true)
  while (parser.isBehind) blocks = parser.update(source, true)
  return blocks
}

function filled(piece: string, length: number): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
}

function page(source: string, final: boolean): Promise<string> {
  return renderToString(createSSRApp({ render: () => h(MarkdownText, { source, final }) }))
}

const NORMAL =
  '## Title\n\nSome **bold** and `code`.\n\n- one\n- two\n\n```ts\nconst a = 1\n```\n\n'
/** Like an answer that explains a lot: about as many blocks per character as any real text has. */
const DENSE = `## Title

Some **bold** words and \`code\`, in a sentence or two that say why this is so, and not otherwise.

- one of the things that follow from it
- another, with a [link](https://example.com)
- and a third

\`\`\`ts
const answer = [1, 2, 3].map((value) => value * 2)
for (const value of answer) console.log(value)
\`\`\`

| name | meaning |
|------|---------|
| one  | first   |
| two  | second  |

`
const HOSTILE = [
  '[',
  '![',
  '[a][',
  '**a',
  '*a ',
  '`a',
  'http://',
  '- [a](b\n',
  '[a]: b\n',
  '> - ',
  '$$\n',
  '\\[\n',
  '\\(',
  '$a ',
]

describe('a block that is too long', () => {
  it.each(HOSTILE)('is plain text beyond the limits, while it grows: %j', (piece) => {
    const { given, counter } = counting()
    const parser = new MarkdownBlocks(counter)
    const source = `Before.\n\n${filled(piece, 256 * 1024)}`
    const step = 2048
    const firsts = new Set<Block | undefined>()
    for (let end = step; end < source.length; end += step) {
      do {
        given.inlines = 0
        const blocks = parser.update(source.slice(0, end), false)
        // Once for the finished block; twice for the open one, as it is and with its open ends closed.
        expect(given.inlines).toBeLessThanOrEqual(3 * BLOCK_LIMIT)
        if (end <= 2 * BLOCK_LIMIT) continue
        if (blocks.length > 1) firsts.add(blocks[0])
        expect(blocks.at(-1)?.tokens).toBe(null)
        expect(blocks.length).toBeLessThanOrEqual(3)
      } while (parser.isBehind)
    }
    // It is the same object from one parse to the next.
    expect(firsts.size).toBeLessThan(10)
    // A text below the limit is parsed again at each step, one above it when it has grown by a quarter.
    expect(given.structure).toBeLessThan(5 * 16 * BLOCK_LIMIT + 6 * source.length)
    const all = blocksOf(source)
    expect(all.at(-1)?.tokens).toBe(null)
  })

  it.each(HOSTILE)('breaks nothing at a size of a mebibyte: %j', async (piece) => {
    const source = `Before.\n\n${filled(piece, MEBI)}`
    for (const final of [false, true]) expect(await page(source, final)).toContain('Before.')
  })

  it('does not affect the blocks that follow it', () => {
    const parser = new MarkdownBlocks()
    const long = filled('[', 2 * BLOCK_LIMIT)
    parser.update(long, false)
    const after = `${long}\n\n${NORMAL.repeat(100)}`
    const end = blocksOf(after, parser)
    expect(end.length).toBeGreaterThan(400)
    expect(end.filter(({ tokens }) => tokens === null)).toHaveLength(1)
    expect(end[0]?.source.trimEnd()).toBe(long)
  })

  it('is shown once below link definitions', () => {
    const source = filled('- `a` `b`\n', 8_000)
    const blocks = blocksOf(`[a]: /b\n${source}`)
    expect(blocks.map(({ tokens }) => tokens === null)).toEqual([false, true])
    expect(blocks.map((block) => block.source).join('')).toBe(source)
  })

  it('is dropped when the text is corrected', () => {
    const parser = new MarkdownBlocks()
    parser.update(filled('[', 2 * BLOCK_LIMIT), false)
    expect(parser.update('**Short', false)[0]?.tokens).not.toBe(null)
  })
})

describe('a block that fails', () => {
  it('is plain text if the parser fails on it, and the others are untouched', () => {
    const source = '**One.**\n\nbad *two*\n\n**Three.**\n\nFour'
    for (const final of [false, true]) {
      const blocks = new MarkdownBlocks(counting('bad').counter).update(source, final)
      expect(blocks.map(({ tokens }) => tokens === null)).toEqual([false, true, false, false])
      expect(blocks[1]?.source.trim()).toBe('bad *two*')
    }
  })

  it('leaves finished blocks as they are if the search for blocks fails', () => {
    let fails = false
    const parser = new MarkdownBlocks({
      ...engine,
      structure(source, references) {
        if (fails) throw new RangeError('stack')
        return engine.structure(source, references)
      },
    })
    const [first] = parser.update('One.\n\nTwo\nis', false)
    fails = true
    const blocks = parser.update('One.\n\nTwo\nis more', false)
    expect(blocks[0]).toBe(first)
    expect(blocks[1]).toMatchObject({ source: 'Two\nis more', tokens: null })
    expect(parser.update('One.\n\nTwo\nis more', true)).toEqual(blocks)
  })

  it('is plain text if it cannot be rendered', async () => {
    const broken = new Proxy({} as Token, {
      get: () => {
        throw new RangeError('stack')
      },
    })
    const block: Block = { id: 0, source: 'a <b> c\n', tokens: [broken], open: false }
    const shown = await renderToString(
      createSSRApp({ render: () => h(MarkdownBlock, { block, heading: 3 }) }),
    )
    expect(shown).toBe('<p class="plain" dir="auto">a &lt;b&gt; c</p>')
  })

  it('is plain text if it is nested deeper than a page can take', async () => {
    const deep = `${'*a '.repeat(4000)}${'a* '.repeat(4000)}`
    const shown = await page(`**Before.**\n\n${deep}\n\n**After.**`, true)
    expect(shown).toContain('<strong>Before.</strong>')
    expect(shown).toContain('<strong>After.</strong>')
    expect(shown).toContain('class="plain"')
    expect(shown).not.toContain('<em>')
  })
})

describe('an ordinary long answer', () => {
  const long = filled(NORMAL, 16_000)

  it.each([long, filled(DENSE, 40_000)])(
    'is markdown throughout, equal to one parse of the whole text',
    (text) => {
      const blocks = blocksOf(text)
      const whole = new MarkdownIt({ html: false, linkify: true }).parse(text, {})
      const bare = (tokens: unknown) =>
        JSON.stringify(tokens, (key, value: unknown) => (key === 'map' ? undefined : value))
      expect(bare(blocks.flatMap(({ tokens }) => tokens ?? []))).toBe(bare(whole))
    },
  )

  it('has no blocks for link definitions', () => {
    const source = '[a]: https://example.com\n\nSee [a].\n\n[b]: https://example.com\n'
    for (const final of [false, true])
      expect(new MarkdownBlocks().update(source, final)).toHaveLength(1)
  })

  it('parses a finished block once while the next ones are written', () => {
    const { given, counter } = counting()
    const parser = new MarkdownBlocks(counter)
    let before: readonly Block[] = []
    for (let end = 500; end < long.length; end += 500) {
      given.structure = 0
      const blocks = parser.update(long.slice(0, end), false)
      // The new text and the open block are each parsed up to three times: to find, to finish, and to close blocks.
      expect(given.structure).toBeLessThan(3 * (500 + NORMAL.length))
      expect(before.slice(0, -2).every((block, index) => blocks[index] === block)).toBe(true)
      before = blocks
    }
    const end = blocksOf(long, parser)
    expect(before.slice(0, -2).every((block, index) => end[index] === block)).toBe(true)
  })

  it.each([30_000, 100_000])('keeps code of %i characters as code', (length) => {
    const source = `\`\`\`ts\n${filled('const a = [1]\n', length)}`
    for (const final of [false, true]) {
      const parser = new MarkdownBlocks()
      let blocks = parser.update(source, final)
      while (parser.isBehind) blocks = parser.update(source, final)
      expect(blocks.map(({ tokens }) => tokens?.[0]?.type)).toEqual(['fence'])
    }
  })

  it('does not close open ends in a long block', () => {
    const bold = (length: number) => {
      const parser = new MarkdownBlocks()
      const text = `${filled('word ', length)}**bo`
      let [block] = parser.update(text, false)
      while (parser.isBehind) [block] = parser.update(text, false)
      return block?.tokens?.[1]?.children?.some(({ type }) => type === 'strong_open')
    }
    expect(bold(7_000)).toBe(true)
    expect(bold(9_000)).toBe(false)
  })
})
