// The markdown parser, set up once: GFM tables and strikethrough, formulas, bare URLs become links, raw HTML stays
// text. It runs in two passes, so that what is costly (the text within blocks) is done for one block at a time.
import MarkdownIt, { type Env, type Token } from 'markdown-it'
import { MOST_TOKENS } from './answer-limits.ts'
import { learnFormulas } from './formula-rules.ts'
import { lastText, learnOpenEnds, withoutHalfMark } from './open-ends.ts'

export type { Token }
export type References = NonNullable<Env['references']>

/** `open`: the text is still being written, so what its end leaves open may be closed by what follows. */
export interface Engine {
  /**
   * The blocks of a text, their own text not parsed yet; link definitions met are added to `references`.
   * @throws RangeError where there are too many of them to be shown at all
   */
  structure(source: string, references: References, open?: boolean): Token[]
  /** Parses the text within blocks, in place: emphasis, code, links, formulas. */
  inlines(tokens: Token[], references: References, open?: boolean): void
}

const BLOCK_RULES = ['normalize', 'block', 'strip_references']
const outer = new MarkdownIt({ html: false, linkify: true })
const inner = new MarkdownIt({ html: false, linkify: true })
learnFormulas(outer)
learnFormulas(inner)
learnOpenEnds(inner)
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
  structure: (source, references, open = false) => outer.parse(source, { references, open }),
  inlines(tokens, references, open = false) {
    const state = new inner.core.State('', inner, { references, open })
    state.tokens = tokens
    inner.core.process(state)
  },
}
