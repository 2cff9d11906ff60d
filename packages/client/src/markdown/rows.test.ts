import { createSSRApp, type VNode } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { expect, it } from 'vitest'
import { MarkdownBlocks } from './blocks.ts'
import { renderBlock, type Rows } from './render.ts'

const GROWING: Readonly<Record<string, string>> = {
  'a list': '- one\n- **two**\n- [three](https://example.com)\n- four\n',
  'a list that turns out to be loose': '- one\n- two\n\n- three\n- four\n',
  'lists in a list': '- one\n  - a\n  - b\n- two\n  1. a\n  2. b\n- three\n',
  tasks: '- [ ] one\n- [x] two\n- [ ] three\n- four\n',
  'code in a list': '- one\n  ```ts\n  const a = 1\n  ```\n- two\n- three\n',
  'a table': '| a | b |\n|---|--:|\n| 1 | 2 |\n| `3` | 4 |\n| 5 | 6 |\n\nEnd.\n',
  'links with a later definition': '- [a]\n- [b]\n- c\n\n[a]: https://example.com\n\nEnd.\n',
  'a list in a quote': '> - one\n> - two\n> - three\n',
}

const html = (nodes: (VNode | string)[]) => renderToString(createSSRApp({ render: () => nodes }))

it.each(Object.entries(GROWING))(
  'drawing %s with the previous rows gives the same result as without',
  async (_, text) => {
    const parser = new MarkdownBlocks()
    const rows = new Map<number, Rows['before']>()
    for (let end = 1; end <= text.length; end++)
      for (const block of parser.update(text.slice(0, end), end === text.length))
        for (const upTo of [Math.ceil((block.tokens?.length ?? 0) / 2), Infinity]) {
          const now: Rows['now'] = new Map()
          const before = rows.get(block.id) ?? new Map<never, never>()
          const drawn = renderBlock(block, 3, upTo, { before, now })
          rows.set(block.id, now)
          expect(await html(drawn)).toBe(await html(renderBlock(block, 3, upTo)))
        }
  },
)

it('unchanged rows are not drawn again while more are written', () => {
  const parser = new MarkdownBlocks()
  const list = Array.from({ length: 200 }, (_, index) => `- item ${index}\n`).join('')
  let before: Rows['before'] = new Map()
  let again = 0
  for (let end = 100; end < list.length; end += 100) {
    const [block] = parser.update(list.slice(0, end), false)
    if (!block) throw new Error('there is no list')
    const now: Rows['now'] = new Map()
    renderBlock(block, 3, Infinity, { before, now })
    for (const [from, row] of before) again += now.get(from)?.node === row.node ? 0 : 1
    before = now
  }
  // Only the last item of each step, which was still being written.
  expect(before.size).toBeGreaterThan(150)
  expect(again).toBeLessThan(list.length / 100)
})

it('the end of a block redraws none of its rows, unless they contain code', () => {
  const draw = (source: string) => {
    const writing = new MarkdownBlocks().update(source, false).at(-1)
    const ended = new MarkdownBlocks().update(source, true).at(-1)
    if (!writing || !ended) throw new Error('there is no list')
    expect([writing.open, ended.open]).toEqual([true, false])
    const before: Rows['now'] = new Map()
    const now: Rows['now'] = new Map()
    renderBlock(writing, 3, Infinity, { before: new Map(), now: before })
    renderBlock(ended, 3, Infinity, { before, now })
    return [...before].map(([from, { node }]) => now.get(from)?.node === node)
  }
  // The last row reaches the end of the drawing and may be drawn again.
  expect(draw('- one\n- two\n- three\n').slice(0, 2)).toEqual([true, true])
  expect(draw('- one\n- ```ts\n  const a = 1\n  ```\n- three\n').slice(0, 2)).toEqual([true, false])
})
