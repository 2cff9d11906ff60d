import { createSSRApp, h, isVNode, type VNode } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { describe, expect, it } from 'vitest'
import { Chance } from '@roomcast/test/doubles/chance.ts'
import { HOSTILE_MARKDOWN } from '@roomcast/test/doubles/hostile-markdown.ts'
import { MarkdownBlocks } from './blocks.ts'
import MarkdownText from './markdown-text.ts'
import { renderBlock } from './render.ts'

/** The HTML of an answer, without the comments that Vue puts around fragments. */
async function html(source: string, final = true, cut = false): Promise<string> {
  const page = await renderToString(
    createSSRApp({ render: () => h(MarkdownText, { source, final, cut }) }),
  )
  return page.replace(/<!--.*?-->/g, '')
}

/** Feeds a text in steps, as it would stream, and returns the blocks after the last one. */
function streamed(source: string, step: number) {
  const parser = new MarkdownBlocks()
  for (let end = step; end < source.length; end += step) parser.update(source.slice(0, end), false)
  return parser.update(source, true)
}

/** All nodes, including those that a table receives as its rows. */
function nodesOf(children: unknown): VNode[] {
  if (!Array.isArray(children)) return isVNode(children) ? nodesOf([children]) : []
  return children
    .filter(isVNode)
    .flatMap((node) => [node, ...nodesOf(node.children), ...nodesOf(node.props?.['rows'])])
}

function plain(blocks: ReturnType<MarkdownBlocks['update']>): string {
  return JSON.stringify(
    blocks.map((block) => renderBlock(block, 3)),
    [...['type', 'props', 'children', 'href', 'code', 'rows', 'tex', 'display']],
  )
}

const LONG = `# Title

A paragraph with **bold**, *italic*, \`code\` and a [link](https://example.com/a).
It goes on.

- one
- two
  - nested **deep**

1. first
2. second

> quoted
> twice

\`\`\`ts
const a = 1

// # not a heading
\`\`\`

| a | b |
|---|--:|
| 1 | 2 |

---

- [ ] open
- [x] done

The end`

describe('an answer in markdown', () => {
  it('is rendered as elements, with headings below those of the page', async () => {
    expect(await html('# A\n\n## B\n\ntext **b** *i* ~~s~~ `c`')).toBe(
      '<h3 dir="auto">A</h3><h4 dir="auto">B</h4>' +
        '<p dir="auto">text <strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>',
    )
  })

  it('has headings without gaps between levels, whatever levels it uses itself', async () => {
    const page = await html('## A\n\n#### B\n\n### C\n\n> ### in a quote\n\n# D\n\n###### E')
    const levels = [...page.matchAll(/<h(\d)[^>]*>(.*?)<\/h/g)].map(
      ([, level, text]) => `${level}${text}`,
    )
    expect(levels).toEqual(['3A', '4B', '4C', '5in a quote', '3D', '4E'])
  })

  it('has no header cell above a column without a name', async () => {
    expect(await html('| a | |\n|---|---|\n| 1 | 2 |')).toContain(
      '<th dir="auto">a</th><td dir="auto"></td>',
    )
  })

  it('shows task lists as checkboxes that cannot be pressed', async () => {
    const page = await html('- [ ] open\n- [x] **done**')
    expect(page).toContain(
      '<li dir="auto" class="task"><input type="checkbox" disabled aria-label="To do">open</li>',
    )
    expect(page).toContain('checked aria-label="Done"><strong>done</strong></li>')
  })

  it('keeps the start number of a list and the alignment of a table column', async () => {
    expect(await html('3. three')).toContain('<ol dir="auto" start="3">')
    expect(await html('| a |\n|--:|\n| 1 |')).toContain('<td dir="auto" class="align-right">1</td>')
  })

  it('has its own direction in each item and cell, and columns in the direction of the table', async () => {
    const list = await html('- שלום\n- one')
    expect(list).toContain('<li dir="auto">שלום</li><li dir="auto">one</li>')
    const table = (first: string) => html(`| ${first} | b |\n|---|---|\n| 1 | שלום |`)
    expect(await table('a')).toMatch(/<table>.*<td dir="auto">שלום</)
    expect(await table('שלום')).toContain('<table dir="rtl">')
    expect(await table('1 مرحبا')).toContain('<table dir="rtl">')
  })

  it('gives a code block its language, a copy button, and no text but the code', async () => {
    const page = await html('```ts title\nlet a = "<b>"\n```')
    expect(page).toContain('data-label="ts"')
    expect(page).toContain('aria-label="Copy code"')
    expect(page.replace(/<[^>]*>/g, '')).toBe('let a = &quot;&lt;b&gt;&quot;')
  })

  it('lets a table be copied as it was written', async () => {
    const source = '| a | b |\n|---|--:|\n| 1 | **2** |'
    const page = await html(`Before.\n\n${source}\n\nAfter.`)
    expect(page).toContain('aria-label="Copy table as Markdown"')
    const [, table] = new MarkdownBlocks().update(`Before.\n\n${source}\n\nAfter.`, true)
    const [node] = nodesOf(table && renderBlock(table, 3))
    expect(node?.props?.['source']).toBe(source)
  })

  it('opens links in a new window that learns nothing about this one', async () => {
    expect(await html('https://example.com/x')).toContain(
      '<a href="https://example.com/x" target="_blank" rel="noopener noreferrer nofollow ugc">',
    )
  })

  it('shows an image as a link that says where it leads', async () => {
    const page = await html('![a cat](https://evil.example/cat.png?q=secret)')
    expect(page).not.toContain('<img')
    expect(page).toContain('a cat (evil.example)')
  })
})

describe('an answer that is being written', () => {
  it.each([1, 3, 7, 50])(
    'ends equal to one parse of the whole text when it arrives in steps of %i',
    (step) => {
      const whole = new MarkdownBlocks().update(LONG, true)
      expect(plain(streamed(LONG, step))).toBe(plain(whole))
    },
  )

  const PIECES = [
    ...['\n', '\n', '\n\n', '\r', '\r\n', ' ', '  ', '    ', '\t', 'word', 'é', '😀', '\u0000'],
    ...[
      '- ',
      '* ',
      '1. ',
      '> ',
      '# ',
      '---',
      '===',
      '```',
      '~~~',
      '`',
      '**',
      '*',
      '_',
      '~~',
      '|',
      '|-|-|',
    ],
    ...[
      '[a]',
      '[a]: https://example.com',
      '(https://b.example)',
      '![x]',
      '<b>',
      '[ ] ',
      '\\',
      '&amp;',
      '$$',
      '$',
      '\\[',
      '\\(',
      '\\)',
      'x_1',
    ],
  ]

  it('ends equal to one parse of the whole text, whatever its contents', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const chance = new Chance(seed)
      const pick = () => PIECES[Math.floor(chance.fraction() * PIECES.length)] ?? ''
      const source = Array.from({ length: 40 }, pick).join('')
      const blocks = streamed(source, 1 + Math.floor(chance.fraction() * 6))
      expect(plain(blocks), `seed ${seed}`).toBe(plain(new MarkdownBlocks().update(source, true)))
    }
  })

  it.each([1, 4])('resolves references to later definitions at its end, in steps of %i', (step) => {
    const source =
      'See [x] and [y].\n\nMore.\n\n[x]: https://example.com/x\n[y]: https://exam\n\nLast.'
    expect(plain(streamed(source, step))).toBe(plain(new MarkdownBlocks().update(source, true)))
    expect(plain(streamed(source, step))).toContain('https://example.com/x')
  })

  it('leaves finished blocks alone', () => {
    const parser = new MarkdownBlocks()
    const before = parser.update('One.\n\nTwo.\n\nThr', false)
    const after = parser.update('One.\n\nTwo.\n\nThree, and mo', false)
    const end = parser.update('One.\n\nTwo.\n\nThree, and more.', true)
    expect(after[0]).toBe(before[0])
    expect(end[0]).toBe(before[0])
    expect(after[1]).not.toBe(undefined)
    expect(after[2]).not.toBe(before[2])
  })

  it('leaves the block before the one being written alone as well', () => {
    const parser = new MarkdownBlocks()
    parser.update('| a |\n|---|\n| b |\n\nA', false)
    const before = parser.update('| a |\n|---|\n| b |\n\nA line', false)
    const after = parser.update('| a |\n|---|\n| b |\n\nA line that goes on', false)
    expect(after[0]).toBe(before[0])
  })

  it('draws a block again when a link in it is defined', () => {
    const parser = new MarkdownBlocks()
    parser.update('See [x].\n\n[x', false)
    parser.update('See [x].\n\n[x]: https://example.com/\n\nAn', false)
    const blocks = parser.update('See [x].\n\n[x]: https://example.com/\n\nAnd', false)
    expect(plain(blocks.slice(0, 1))).toContain('https://example.com/')
  })

  it('follows a definition that is being written', () => {
    const parser = new MarkdownBlocks()
    const addresses = ['exam', 'example.c', 'example.com/a']
    const shown = addresses.map((end) => parser.update(`See [x].\n\n> [x]: https://${end}`, false))
    const blocks = shown.at(-1) ?? []
    expect(plain(blocks.slice(0, 1))).toContain('https://example.com/a')
  })

  it('does not finish a block whose continuation may still be on its way', () => {
    const parser = new MarkdownBlocks()
    parser.update('Para\n#', false)
    expect(parser.update('Para\n#tag goes on', false)).toHaveLength(1)
  })

  it('closes open ends in the last block, and shows no half address', async () => {
    expect(await html('some **bo', false)).toContain('<strong>bo</strong>')
    expect(await html('see [the docs](https://exam', false)).not.toContain('href')
    expect(await html('see ![the cat](https://exam', false)).not.toContain('href')
    expect(await html('```\n**bo', false)).toContain('**bo')
  })

  const shown = async (source: string) => (await html(source, false)).replace(/ dir="auto"/g, '')

  it.each([
    ['some **bold*', '<p>some <strong>bold</strong></p>'],
    ['some *it', '<p>some <em>it</em></p>'],
    ['**a *b', '<p><strong>a <em>b</em></strong></p>'],
    ['***both', '<p><em><strong>both</strong></em></p>'],
    ['~~gone', '<p><s>gone</s></p>'],
    ['a `cod', '<p>a <code>cod</code></p>'],
    ['a ``co`d', '<p>a <code>co`d</code></p>'],
    ['2*3 and snake_case', '<p>2*3 and snake_case</p>'],
    ['ends with **', '<p>ends with </p>'],
    ['see [the **do', '<p>see the <strong>do</strong></p>'],
    ['see [the docs](https://exam', '<p>see the docs</p>'],
    ['see [the docs](https://example.com)', '<p>see <a href="https://example.com/"'],
    ['a ![pic', '<p>a </p>'],
    ['Title\n-', '<p>Title</p>'],
    ['Title\n---', '<h3>Title</h3>'],
    ['- one **a\n- two **b', '<ul><li>one **a</li><li>two <strong>b</strong></li></ul>'],
    ['**never closed\n\n', '<p>**never closed</p>'],
  ])('is shown as it will probably end: %j', async (source, expected) => {
    expect(await shown(source)).toContain(expected)
  })

  it.each([
    'some **bold*',
    'ends with **',
    'see [the docs](https://exam',
    'and _last',
    '| a | b',
    'Title\n-',
    '**never\n\n',
  ])('stays as it was shown when the answer is cut off: %j', async (source) => {
    expect(await html(source, true, true)).toBe(await html(source, false))
    expect(await html(`# One\n\nTwo.\n\n${source}`, true, true)).toBe(
      await html(`# One\n\nTwo.\n\n${source}`, false),
    )
  })

  it.each(['| a | b', '| a | b |', '| a | b |\n|', '| a | b |\n|--', '| a | b |\n|---|:-'])(
    'shows a table from its first row on: %j',
    async (source) => {
      expect(await shown(source)).toContain('<th>a</th><th>b</th>')
      expect(await shown(source)).not.toContain('--')
    },
  )

  it('starts over when the text is corrected', () => {
    const parser = new MarkdownBlocks()
    parser.update('One.\n\nTwo.\n\nThree', false)
    expect(plain(parser.update('Other.\n\nText', true))).toBe(
      plain(new MarkdownBlocks().update('Other.\n\nText', true)),
    )
  })
})

describe('a hostile answer', () => {
  const ELEMENTS = new Set(
    'p h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td em strong s a code br hr span div input'.split(
      ' ',
    ),
  )
  const ATTRIBUTES = new Set(
    'dir class href target rel start type disabled checked aria-label'.split(' '),
  )

  it.each(HOSTILE_MARKDOWN)('is no more than text, links and lists: %j', (source) => {
    for (let end = 1; end <= source.length; end++) {
      const blocks = new MarkdownBlocks().update(source.slice(0, end), end === source.length)
      for (const node of nodesOf(blocks.flatMap((block) => renderBlock(block, 3)))) {
        if (typeof node.type !== 'string') continue
        expect(ELEMENTS).toContain(node.type)
        for (const name of Object.keys(node.props ?? {})) expect(ATTRIBUTES).toContain(name)
        const href: unknown = node.props?.['href']
        if (href !== undefined) expect(href).toMatch(/^(https?|mailto):/)
      }
    }
  })

  it('puts no element of its own into the page', async () => {
    const page = await html(HOSTILE_MARKDOWN.join('\n\n'))
    expect(page).not.toMatch(/<(script|img|svg|iframe|style|form|math|video)/i)
    expect(page).not.toMatch(/<[^>]*\son\w+=/i)
  })

  it.each([
    '> '.repeat(3000),
    '['.repeat(5000),
    '*'.repeat(5000),
    '- '.repeat(2000),
    '`'.repeat(5000),
  ])('does not break the page, however deeply it is nested', async (source) => {
    expect((await html(source)).length).toBeGreaterThan(0)
  })
})

describe('a heading whose text is still to come', () => {
  it.each(['#', '## ', '### \n'])('is not a heading element yet: %j', async (source) => {
    expect(await html(source, false)).not.toMatch(/<h\d/)
    expect(await html(`${source.trimEnd()} Title`, false)).toMatch(/<h\d[^>]*>Title<\/h\d>/)
  })

  it('is a paragraph as long as its text is not drawn', () => {
    const [block] = new MarkdownBlocks().update('## Title\n', true)
    if (!block) throw new Error('there is no heading')
    const tag = (upTo: number) =>
      renderBlock(block, 3, upTo).map((node) => isVNode(node) && node.type)
    expect([tag(1), tag(2)]).toEqual([['p'], ['h3']])
  })
})
