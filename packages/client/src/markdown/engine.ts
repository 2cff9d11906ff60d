// The markdown parser, set up once: GFM tables and strikethrough, formulas, bare URLs as links, raw HTML as text. It runs
// in two passes, so that the expensive one (the text within blocks) handles one block at a time.
import MarkdownIt, { type Env, type Token } from 'markdown-it'
import { MOST_TOKENS } from './answer-limits.ts'
import { learnFormulas } from './formula-rules.ts'
import { learnLookAhead } from './look-ahead.ts'
import { lastText, learnOpenEnds, withoutHalfMark } from './open-ends.ts'

export type { Token }
export type References = NonNullable<Env['references']>

/** `unsure`: the first line of the first block that more text may change (`look-ahead.ts`); Infinity: there is none. */
export interface Structure {
  readonly tokens: Token[]
  readonly unsure: number
}

/** `open`: the text is still being written, so its open ends may still be closed. */
export interface Engine {
  /**
   * The blocks of a text, with their own text not parsed yet. Link definitions in it are added to `references`.
   * @throws RangeError if there are too many blocks to show
   */
  structure(source: string, references: References, open?: boolean): Structure
  /** Parses the text within blocks, in place: emphasis, code, links, formulas. */
  inlines(tokens: Token[], references: References, open?: boolean): void
}

const BLOCK_RULES = ['normalize', 'block', 'strip_references']
const outer = new MarkdownIt({ html: false, linkify: true })
const inner = new MarkdownIt({ html: false, linkify: true })
learnFormulas(outer)
learnFormulas(inner)
learnOpenEnds(inner)
learnLookAhead(outer)
outer.block.State = class extends outer.block.State {
  override push(...token: Parameters<InstanceType<typeof outer.block.State>['push']>): Token {
    if (this.tokens.length >= MOST_TOKENS) throw new RangeError('too many blocks')
    return super.push(...token)
  }
}
outer.core.ruler.enableOnly(BLOCK_RULES)
inner.core.ruler.disable(BLOCK_RULES)
inner.core.ruler.at('inline', ({ tokens, env, md }) => {
  const open = env['open'] === true ? lastText(tokens) : null
  for (const token of tokens) {
    if (token.type !== 'inline') continue
    const text = token === open ? withoutHalfMark(token.content) : token.content
    token.children ??= []
    md.inline.parse(text, md, { ...env, open: token === open }, token.children)
  }
})

export const engine: Engine = {
  structure(source, references, open = false) {
    const env = { references, open, unsure: Infinity }
    return { tokens: outer.parse(source, env), unsure: env.unsure }
  },
  inlines(tokens, references, open = false) {
    const state = new inner.core.State('', inner, { references, open })
    state.tokens = tokens
    inner.core.process(state)
  },
}
