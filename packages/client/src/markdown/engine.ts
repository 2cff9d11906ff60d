// The markdown parser, set up once: GFM tables and strikethrough, bare URLs become links, raw HTML stays text.
import MarkdownIt, { type Env, type Token } from 'markdown-it'

export type { Token }
export type References = NonNullable<Env['references']>

const engine = new MarkdownIt({ html: false, linkify: true })

/** Parses markdown into tokens; link definitions that are met are added to `references`. */
export function parse(source: string, references: References): Token[] {
  return engine.parse(source, { references })
}
