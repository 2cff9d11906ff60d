// The levels at which the headings of an answer are shown: below the heading with its author, and without gaps, whatever
// levels the answer itself uses, so that a reader who navigates by headings finds one after the other.
import type { Block } from './blocks.ts'

/** The level of the heading that names the author of a message. */
const AUTHOR = 2
const DEEPEST = 6

/**
 * For each block the level, 3 to 6, of a heading in it. Only the blocks before it matter, so it does not change as the text
 * grows.
 */
export function headingLevels(blocks: readonly Block[]): readonly number[] {
  /** The levels, as written, of the headings around the current place, each deeper than the one before. */
  let path: readonly number[] = []
  return blocks.map(({ tokens }) => {
    const level = Number(/^h([1-6])$/.exec(tokens?.[0]?.tag ?? '')?.[1] ?? 0)
    if (level === 0) return Math.min(AUTHOR + path.length + 1, DEEPEST)
    path = [...path.filter((above) => above < level), level]
    return Math.min(AUTHOR + path.length, DEEPEST)
  })
}
