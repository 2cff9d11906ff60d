// Where the top-level blocks of a text are, and how they may be shown: as markdown, or as the text they are.
import { fitting, modestPart } from './answer-limits.ts'
import type { Engine, References, Token } from './engine.ts'

/** A block whose inner text is not parsed yet; `from` is its place in the text that was cut. */
export interface Stretch {
  readonly tokens: Token[]
  readonly from: number
  readonly source: string
}

/** How a block may be shown. */
interface Parsed {
  /** Null: as its source. */
  readonly tokens: readonly Token[] | null
  readonly weight: number
  /** Where in its source that ends which may be shown so: the rest is too much. Null: nowhere. */
  readonly end: number | null
}

/** What a text takes for which nothing was parsed. */
const AS_TEXT: Parsed = { tokens: null, weight: 2, end: null }

/** The top-level blocks of a text; `open`: it is still being written. Throws what the parser throws. */
export function cut(
  engine: Engine,
  source: string,
  references: References,
  open = false,
): Stretch[] {
  const groups: Token[][] = []
  for (const token of engine.structure(source, references, open)) {
    if (token.level === 0 && token.nesting >= 0) groups.push([])
    groups.at(-1)?.push(token)
  }
  const lines = lineStarts(source)
  return groups.map((tokens) => {
    const [first, end] = tokens[0]?.map ?? [0, lines.length]
    const from = lines[first] ?? 0
    return { tokens, from, source: source.slice(from, lines[end]) }
  })
}

/** Code is one piece of text: nothing within it is parsed, so its length does not matter. */
export function isCode({ tokens: [first] }: Stretch): boolean {
  return first !== undefined && isCodeToken(first)
}

export function isCodeToken({ type }: Pick<Token, 'type'>): boolean {
  return type === 'fence' || type === 'code_block'
}

/** The tokens of a block, or of its beginning, or none if it is to be shown as it is: too long, too heavy, too deep, or the parser failed. */
export function parsed(
  engine: Engine,
  stretch: Stretch,
  references: References,
  open = false,
): Parsed {
  const modest = isCode(stretch) ? stretch.tokens : modestPart(stretch.tokens)
  const tokens = modest.length < stretch.tokens.length ? upToLine(modest) : modest
  try {
    engine.inlines(tokens, references, open)
    const { count, weight } = fitting(tokens)
    const fits = count < tokens.length ? upToLine(tokens.slice(0, count)) : tokens
    if (fits.length === stretch.tokens.length) return { tokens, weight, end: null }
    const end = placeOf(stretch, fits.length)
    return end === 0 ? AS_TEXT : { tokens: fits, weight, end }
  } catch {
    // ignored because: the text of this block is shown instead.
    return AS_TEXT
  }
}

/** As much of a block as ends where a line begins, before the last token: an item, a row, a paragraph of a quote. */
function upToLine(tokens: Token[]): Token[] {
  let [best, last] = [0, tokens[0]?.map?.[0] ?? 0]
  for (const [at, { nesting, map }] of tokens.entries()) {
    const line = map?.[0] ?? last
    if (nesting === 1 && line > last) best = at
    last = Math.max(last, line)
  }
  return tokens.slice(0, best)
}

/** Where in the source the token at this place begins; 0: it is not known, or at its beginning. */
function placeOf({ tokens, source }: Stretch, at: number): number {
  const line = (tokens[at]?.map?.[0] ?? 0) - (tokens[0]?.map?.[0] ?? 0)
  return at === 0 ? 0 : (lineStarts(source)[line] ?? 0)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
