// Legal Markdown designed to freeze a page: the test counts the page's work, block by block and frame by frame. `pnpm
// bench:page` measures the time.
import { describe, expect, test } from 'vitest'
import {
  BLOCK_LIMIT,
  DEEPEST,
  fitting,
  MOST_BLOCKS,
  MOST_IN_ANSWER,
  MOST_IN_BLOCK,
  MOST_LINES,
  MOST_LINES_OF_CODE,
} from '@roomcast/client/markdown/answer-limits.ts'
import { type Block, MarkdownBlocks } from '@roomcast/client/markdown/blocks.ts'
import { engine, type Engine } from '@roomcast/client/markdown/engine.ts'
import { isCodeToken } from '@roomcast/client/markdown/stretches.ts'
import { HOSTILE_TEXTS } from './markdown-corpus.ts'

/** An engine that counts its input. */
function counting() {
  const given = { structure: 0, inlines: 0, tokens: 0 }
  const counter: Engine = {
    structure(source, references, open) {
      given.structure += source.length
      const structure = engine.structure(source, references, open)
      given.tokens += structure.tokens.length
      return structure
    },
    inlines(tokens, references, open) {
      for (const { type, content } of tokens) if (type === 'inline') given.inlines += content.length
      engine.inlines(tokens, references, open)
    },
  }
  return { given, counter }
}

const bare = (text: string): string => text.replace(/\s/g, '')
/** Their text is no block of its own. */
const HAS_DEFINITIONS = /definition|footnotes|mix/

describe.each([2_000, 40_000])('hostile Markdown of %i characters', (size) => {
  test.each(HOSTILE_TEXTS)('$name stays within its limits, and no text is lost', (text) => {
    const source = text.make(size).replace(/\r\n?/g, '\n')
    const { given, counter } = counting()
    for (const step of [source.length, Math.ceil(source.length / 7)]) {
      const parser = new MarkdownBlocks(counter)
      let blocks: readonly Block[] = []
      for (let end = step; end < source.length + step; end += step) {
        const isWhole = end >= source.length
        do {
          Object.assign(given, { structure: 0, inlines: 0, tokens: 0 })
          blocks = parser.update(source.slice(0, end), isWhole)
          // One pass to find the blocks, one to finish them, one to close the last one; and at the end, some blocks
          // that lacked definitions again.
          expect(given.structure).toBeLessThanOrEqual(4 * parser.looked + 6_000)
          expect(given.inlines).toBeLessThanOrEqual(3 * BLOCK_LIMIT)
          expect(given.tokens).toBeLessThanOrEqual(3 * 4_000)
        } while (parser.isBehind)
      }
      if (!HAS_DEFINITIONS.test(text.name))
        expect(bare(blocks.map((block) => block.source).join('\n'))).toBe(bare(source))
      const weights = blocks.map(({ tokens }) => fitting(tokens ?? []))
      expect(weights.every(({ count }, at) => count === (blocks[at]?.tokens ?? []).length)).toBe(
        true,
      )
      expect(Math.max(0, ...weights.map(({ weight }) => weight))).toBeLessThanOrEqual(MOST_IN_BLOCK)
      expect(weights.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThan(
        MOST_IN_ANSWER + 2 * MOST_IN_BLOCK,
      )
      expect(blocks.length).toBeLessThanOrEqual(MOST_BLOCKS + 2)
      for (const { tokens } of blocks)
        for (const token of tokens ?? []) {
          const { level, map } = token
          expect(level).toBeLessThanOrEqual(DEEPEST)
          const most = isCodeToken(token) ? MOST_LINES_OF_CODE : MOST_LINES
          expect((map?.[1] ?? 0) - (map?.[0] ?? 0)).toBeLessThan(most * 2)
        }
    }
  })
})
