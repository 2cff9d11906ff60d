// Where the top-level blocks of a text are, and how they may be shown: as markdown, or as the text they are.
import type { Engine, References, Token } from './engine.ts'

/** Characters. Parsing and drawing a longer block would hold up everybody who watches. */
export const BLOCK_LIMIT = 32_000

/** Elements within each other. Far more than people write; far less than makes a page overflow. */
const DEEPEST = 128

/** A block whose inner text is not parsed yet; `from` is its place in the text that was cut. */
export interface Stretch {
  readonly tokens: Token[]
  readonly from: number
  readonly source: string
}

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
export function isCode(stretch: Stretch): boolean {
  const type = stretch.tokens[0]?.type
  return type === 'fence' || type === 'code_block'
}

/** The tokens of a block, or null if it is to be shown as it is: too long, too deep, or the parser failed. */
export function tokensOf(
  engine: Engine,
  stretch: Stretch,
  references: References,
  open = false,
): readonly Token[] | null {
  if (stretch.source.length > BLOCK_LIMIT && !isCode(stretch)) return null
  try {
    engine.inlines(stretch.tokens, references, open)
    return isTooDeep(stretch.tokens) ? null : stretch.tokens
  } catch {
    // ignored because: the text of this block is shown instead.
    return null
  }
}

function isTooDeep(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ level, children }) =>
      level > DEEPEST || children?.some((child) => level + child.level > DEEPEST),
  )
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
