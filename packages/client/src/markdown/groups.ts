// Puts the drawn blocks of an answer into groups, so that a frame re-renders only the groups that change.
import type { Block } from './blocks.ts'
import { type DrawnBlocks, lengthOf } from './drawn-blocks.ts'
import { headingLevels } from './headings.ts'

/** A block as drawn. */
export interface Shown {
  readonly block: Block
  /** The level of a heading in it. */
  readonly heading: number
  /** How many of its tokens are drawn. */
  readonly upTo: number
}
export type Group = readonly Shown[]

const SIZE = 50

/** The drawn blocks in groups. Unchanged groups are the same objects as in `before`. */
export function groupsOf(
  { blocks, last, tokens }: DrawnBlocks,
  before: readonly Group[] = [],
): readonly Group[] {
  const levels = headingLevels(blocks)
  const groups: Group[] = []
  for (let from = 0; from <= last && from < blocks.length; from += SIZE) {
    const known = before[groups.length] ?? []
    const group = blocks.slice(from, Math.min(from + SIZE, last + 1)).map((block, index) => {
      const isPart = from + index === last && tokens < lengthOf(block)
      const shown = {
        block,
        heading: levels[from + index] ?? 3,
        upTo: isPart ? tokens : Infinity,
      }
      const old = known[index]
      return old && isSame(old, shown) ? old : shown
    })
    const isOld =
      known.length === group.length && group.every((shown, index) => shown === known[index])
    groups.push(isOld ? known : group)
  }
  return groups
}

function isSame(one: Shown, other: Shown): boolean {
  return one.block === other.block && one.heading === other.heading && one.upTo === other.upTo
}
