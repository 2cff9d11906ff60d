// What keeps an answer from freezing the page of everybody who sees it. Legal Markdown can be written to be heavy: beyond
// these limits it is shown as the text it is, and nothing of it is lost. What is allowed is drawn over many frames.
import type { Token } from './engine.ts'

/** Characters of a block that is no code. Parsing and drawing a longer one would hold up everybody who watches. */
export const BLOCK_LIMIT = 16_000
/** Characters that are taken in at once, or a quarter of what is looked at again for them. */
export const SLICE = 1_000
/** Lines of one block that are no code: the parser asks of each whether another kind of block begins there. */
export const MOST_LINES = 2_500
/** Lines of one block of code. */
export const MOST_LINES_OF_CODE = 10_000
/** Link definitions of an answer. */
export const MOST_DEFINITIONS = 1_000
/** Tokens that one look for blocks may find: a hundred columns make as many cells of each line with one letter. */
export const MOST_TOKENS = 3_000
/** Signs that may mean something, in the text of a block and in one text of it; the parser looks for the partner of each. */
const MOST_SIGNS = 3_000
const MOST_SIGNS_IN_TEXT = 1_000
/** Costly characters, in the text of a block. */
const MOST_COSTLY_IN_BLOCK = 1_000
/** Elements within each other. Far more than people write; at a hundred the parser leaves out what is in them. */
export const DEEPEST = 90

// Weights: about one for each element and each piece of text between them.

/** Of one block. */
export const MOST_IN_BLOCK = 2_000
/** Of the text of one paragraph, item or cell, which is drawn at once. */
const MOST_IN_TEXT = 600
/** Of an answer, and how many blocks it may have. */
export const MOST_IN_ANSWER = 18_000
export const MOST_BLOCKS = 1_000
/** That is drawn in one turn, and a slow machine has one turn in a frame. */
export const MOST_IN_TURN = 30
/** That is drawn in one frame, in all answers of the page: as in a room that opens. */
export const MOST_AT_ONCE = 1_200
/** That looking at so many characters stands for. */
export const CHARACTERS_OF_WEIGHT = 25
/** Characters, and lines, of a piece of plain text, which is laid out only where it is seen. */
export const PIECE_LENGTH = 2_000
export const PIECE_LINES = 100
/** Costly characters of it. */
export const MOST_COSTLY = 150

/** Of a piece of plain text, besides each of its costly characters. */
export const OF_PIECE = 10
/** Of a block besides what is in it. */
export const OF_BLOCK = 5

const SIGNS = /[[\]!*_`~<&\\$:@\n]/g
/** Controls and turns of direction: the browser lays out the text between them piece by piece, which takes many times as long. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
export const COSTLY = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** What is more than an element: a frame with buttons, and something that looks after its size. */
const HEAVY: Readonly<Record<string, number>> = {
  fence: 40,
  code_block: 40,
  table_open: 50,
  formula: 4,
  image: 3,
  hr: 2,
}

/** A formula on its own scrolls by itself. */
const OF_DISPLAY_FORMULA = 40

/** What it takes to draw a token of a block, and the text in it. */
export function weightOf({ type, nesting, hidden, block, children }: Token): number {
  if (nesting < 0 || hidden) return 0
  const own = type === 'formula' && block ? OF_DISPLAY_FORMULA : (HEAVY[type] ?? 1)
  return (children ?? []).reduce(
    (sum, child) => sum + (child.nesting < 0 ? 0 : (HEAVY[child.type] ?? 1)),
    own,
  )
}

/** How many of the tokens of a block may be drawn, and what they take. */
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

/** The tokens of a block in whose text there is not too much for the parser to look at. */
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

/** Signs that may mean something to the parser. */
export function signsIn(text: string): number {
  return text.match(SIGNS)?.length ?? 0
}

/** How many characters of a text take many times as long as others. */
export function costlyIn(text: string): number {
  return text.match(COSTLY)?.length ?? 0
}

function isTooDeep({ level, children }: Token): boolean {
  return level > DEEPEST || (children?.some((child) => level + child.level > DEEPEST) ?? false)
}
