// The markdown parser, set up once: GFM tables and strikethrough, bare URLs become links, raw HTML stays text.
// It runs in two passes, so that what is costly (the text within blocks) is done for one block at a time.
import MarkdownIt, { type Env, type Token } from 'markdown-it'

export type { Token }
export type References = NonNullable<Env['references']>

export interface Engine {
  /** The blocks of a text, their own text not parsed yet; link definitions met are added to `references`. */
  structure(source: string, references: References): Token[]
  /** Parses the text within blocks, in place: emphasis, code, links. */
  inlines(tokens: Token[], references: References): void
}

const BLOCK_RULES = ['normalize', 'block', 'strip_references']
const outer = new MarkdownIt({ html: false, linkify: true })
const inner = new MarkdownIt({ html: false, linkify: true })
outer.core.ruler.enableOnly(BLOCK_RULES)
inner.core.ruler.disable(BLOCK_RULES)

export const engine: Engine = {
  structure: (source, references) => outer.parse(source, { references }),
  inlines(tokens, references) {
    const state = new inner.core.State('', inner, { references })
    state.tokens = tokens
    inner.core.process(state)
  },
}
