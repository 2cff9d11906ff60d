// Limits that keep an answer from freezing the page of everybody who sees it, since legal Markdown can be written to be
// expensive. Text beyond the limits is shown as plain source and never lost. Text within them is drawn over many frames.
import type { Token } from 'markdown-it'

/** Characters of a block other than code. Parsing and drawing a longer one would stall the page of every reader. */
export const BLOCK_LIMIT = 16_000
/** The least number of new characters taken in at once; a quarter of the unfinished text if that is more. */
export const SLICE = 1_000
/** Lines of one block other than code: at each, the parser checks whether another kind of block begins. */
export const MOST_LINES = 2_500
/** Lines of one block of code. */
export const MOST_LINES_OF_CODE = 10_000
/** Link definitions of an answer. */
export const MOST_DEFINITIONS = 1_000
/** Tokens that one search for blocks may find: with a hundred table columns, a row of one letter makes a hundred cells. */
export const MOST_TOKENS = 3_000
/** Markup characters in all text of a block, and in one text of it; the parser searches for the partner of each. */
const MOST_SIGNS = 3_000
const MOST_SIGNS_IN_TEXT = 1_000
/** Costly characters in the text of a block. */
const MOST_COSTLY_IN_BLOCK = 1_000
/** Nesting depth of elements. People write far less; at a hundred levels the parser drops the content. */
export const DEEPEST = 90

// Weights: about one for each element and each run of text between elements.

/** Weight of one block. */
export const MOST_IN_BLOCK = 2_000
/** Weight of the text of one paragraph, item or cell, which is drawn in one go. */
const MOST_IN_TEXT = 600
/** Weight of an answer, and the number of its blocks. */
export const MOST_IN_ANSWER = 18_000
export const MOST_BLOCKS = 1_000
/** Weight drawn in one turn. A slow machine has one turn per frame. */
export const MOST_IN_TURN = 30
/** Weight drawn in one frame, in all answers of the page together: this matters when a room opens. */
export const MOST_AT_ONCE = 1_200
/** Parsing this many characters costs as much as a weight of one. */
export const CHARACTERS_OF_WEIGHT = 25
/** Characters and lines of a piece of plain text. The browser lays out a piece only when it is visible. */
export const PIECE_LENGTH = 2_000
export const PIECE_LINES = 100
/** Costly characters of a piece. */
export const MOST_COSTLY = 150

/** Weight of a piece of plain text, plus one for each of its costly characters. */
export const OF_PIECE = 10
/** Weight of a block itself, without its content. */
export const OF_BLOCK = 5

const SIGNS = /[[\]!*_`~<&\\$:@\n]/g
/** Control characters and direction marks: browsers lay out the text between them in pieces, which is many times slower. */
// eslint-disable-next-line no-control-regex -- this matches control characters on purpose
export const COSTLY = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Tokens that cost more than one element: some have a frame with buttons, and an observer of their size. */
const HEAVY: Readonly<Record<string, number>> = {
  fence: 40,
  code_block: 40,
  table_open: 50,
  formula: 4,
  image: 3,
  hr: 2,
}

/** A display formula scrolls by itself. */
const OF_DISPLAY_FORMULA = 40

/** The weight of a token of a block, and of the text in it. */
export function weightOf({ type, nesting, hidden, block, children }: Token): number {
  if (nesting < 0 || hidden) return 0
  const own = type === 'formula' && block ? OF_DISPLAY_FORMULA : (HEAVY[type] ?? 1)
  return (children ?? []).reduce(
    (sum, child) => sum + (child.nesting < 0 ? 0 : (HEAVY[child.type] ?? 1)),
    own,
  )
}

/** How many tokens of a block may be drawn, and their weight. */
export function fitting(tokens: readonly Token[]): { count: number; weight: number } {
  let sum = OF_BLOCK
  for (const [count, token] of tokens.entries()) {
    const weight = weightOf(token)
    if (weight > MOST_IN_TEXT || sum + weight > MOST_IN_BLOCK || isTooDeep(token))
      return { count, weight: sum }
    sum += weight
  }
  return { count: tokens.length, weight: sum }
}

/** The leading tokens of a block whose text is within the limits of the parser. */
export function modestPart<Of extends Pick<Token, 'content'>>(tokens: Of[]): Of[] {
  let [characters, signs, costly] = [0, 0, 0]
  const count = tokens.findIndex(({ content }) => {
    characters += content.length + 1
    if (content.length > BLOCK_LIMIT) return true
    const here = signsIn(content)
    signs += here
    costly += costlyIn(content)
    if (costly > MOST_COSTLY_IN_BLOCK) return true
    return characters > BLOCK_LIMIT || here > MOST_SIGNS_IN_TEXT || signs > MOST_SIGNS
  })
  return count < 0 ? tokens : tokens.slice(0, count)
}

/** The number of characters that the parser may take for markup. */
export function signsIn(text: string): number {
  return text.match(SIGNS)?.length ?? 0
}

/** The number of characters that are many times slower to lay out than others. */
export function costlyIn(text: string): number {
  return text.match(COSTLY)?.length ?? 0
}

function isTooDeep({ level, children }: Token): boolean {
  return level > DEEPEST || (children?.some((child) => level + child.level > DEEPEST) ?? false)
}
