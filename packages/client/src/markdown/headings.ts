// At which level the headings of an answer are shown: below the name of its author, and none is left out on the way down,
// whatever levels the answer itself uses, so that a reader who goes by headings finds one after the other.
import type { Block } from './blocks.ts'

/** Of the heading that names the author of a message. */
const AUTHOR = 2
const DEEPEST = 6

/**
 * For each block the level, 3 to 6, of a heading in it. It depends on the blocks before only, so it stays as the text grows.
 */
export function headingLevels(blocks: readonly Block[]): readonly number[] {
  /** Levels of the text itself that lead to where we are, each deeper than the one before. */
  let path: readonly number[] = []
  return blocks.map(({ tokens }) => {
    const level = Number(/^h([1-6])$/.exec(tokens?.[0]?.tag ?? '')?.[1] ?? 0)
    if (level === 0) return Math.min(AUTHOR + path.length + 1, DEEPEST)
    path = [...path.filter((above) => above < level), level]
    return Math.min(AUTHOR + path.length, DEEPEST)
  })
}
