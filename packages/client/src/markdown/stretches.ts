// Finds the top-level blocks of a text and decides whether each may be shown as markdown or only as its source.
import { fitting, modestPart } from './answer-limits.ts'
import type { Engine, References, Token } from './engine.ts'

/** A block whose inner text is not parsed yet; `from` is its place in the whole text. */
export interface Stretch {
  readonly tokens: Token[]
  readonly from: number
  readonly source: string
  /** More text changes neither this block nor its end. */
  readonly isSettled: boolean
}

/** How a block may be shown. */
interface Parsed {
  /** Null: as its source. */
  readonly tokens: readonly Token[] | null
  readonly weight: number
  /** Where in its source the part within the limits ends; null if the whole block is within them. */
  readonly end: number | null
}

/** A block shown as its source. */
const AS_TEXT: Parsed = { tokens: null, weight: 2, end: null }

/** The top-level blocks of a text; `open`: it is still being written. @throws any error of the parser */
export function cut(
  engine: Engine,
  source: string,
  references: References,
  open = false,
): Stretch[] {
  const groups: Token[][] = []
  const { tokens: all, unsure } = engine.structure(source, references, open)
  for (const token of all) {
    if (token.level === 0 && token.nesting >= 0) groups.push([])
    groups.at(-1)?.push(token)
  }
  const lines = lineStarts(source)
  // A line is known once it has ended. A line that may begin a table is known once the next line has ended, too.
  const known = lines.length - (source.includes('|', lines.at(-2)) ? 3 : 2)
  const sure = Math.min(unsure, known)
  const firstOpen = groups.findLastIndex(([token]) => (token?.map?.[0] ?? 0) <= sure)
  return groups.map((tokens, index) => {
    const [first, end] = tokens[0]?.map ?? [0, lines.length]
    const from = lines[first] ?? 0
    return { tokens, from, source: source.slice(from, lines[end]), isSettled: index < firstOpen }
  })
}

/** Whether a block is code. The text in code is never parsed, so its length does not matter. */
export function isCode({ tokens: [first] }: Stretch): boolean {
  return first !== undefined && isCodeToken(first)
}

export function isCodeToken({ type }: Pick<Token, 'type'>): boolean {
  return type === 'fence' || type === 'code_block'
}

/**
 * The tokens of a block or of its beginning. Null if the block must be shown as its source: it is too long, too heavy or
 * too deep, or the parser failed.
 */
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
    // ignored because: the source of this block is shown instead.
    return AS_TEXT
  }
}

/** Shortens a block to end before the last item, row or quoted paragraph in it that begins on a new line. */
function upToLine(tokens: Token[]): Token[] {
  let [best, last] = [0, tokens[0]?.map?.[0] ?? 0]
  for (const [at, { nesting, map }] of tokens.entries()) {
    const line = map?.[0] ?? last
    if (nesting === 1 && line > last) best = at
    last = Math.max(last, line)
  }
  return tokens.slice(0, best)
}

/** Where in the source the token at this index begins; 0 if that is the beginning or unknown. */
function placeOf({ tokens, source }: Stretch, at: number): number {
  const line = (tokens[at]?.map?.[0] ?? 0) - (tokens[0]?.map?.[0] ?? 0)
  return at === 0 ? 0 : (lineStarts(source)[line] ?? 0)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
