// What keeps a formula from costing everybody who sees it: one that is written to be heavy stays its source.

/** Characters of one formula. */
const LONGEST = 2_000
/** Braces within braces; continued fractions go ten deep. */
const DEEPEST = 60
/** Marks between cells and rows. */
const MOST_CELLS = 400
/** Elements within elements: a browser that lays out many more than these dies of it. */
const DEEPEST_ELEMENT = 300
/** Elements of one formula. */
const MOST_ELEMENTS = 10_000

/** Macros of its own: a thousand characters of them make millions. */
const OWN_MACRO = /\\(?:[egx]?def|let|futurelet|(?:new|renew|provide)command)(?![a-zA-Z@])/

/** Whether TeX may be given to KaTeX at all. */
export function isModest(tex: string): boolean {
  if (tex.length > LONGEST || OWN_MACRO.test(tex)) return false
  if ((tex.match(/&|\\\\/g)?.length ?? 0) > MOST_CELLS) return false
  let depth = 0
  for (const brace of tex.match(/[{}]/g) ?? []) {
    depth += brace === '{' ? 1 : -1
    if (depth > DEEPEST) return false
  }
  return true
}

/** As much of an element as is needed to walk through it. */
export interface Walked {
  readonly firstElementChild: Walked | null
  readonly nextElementSibling: Walked | null
  readonly parentElement: Walked | null
}

/**
 * Counts the elements in one; walks, because what is too deep is too deep for recursion as well.
 * @returns Infinity where it is too deep, or too many, to be shown
 */
export function elementsWithin(root: Walked): number {
  let [count, depth] = [0, 0]
  let at: Walked | null = root.firstElementChild
  while (at !== null) {
    count += 1
    if (count > MOST_ELEMENTS || depth > DEEPEST_ELEMENT) return Infinity
    if (at.firstElementChild) {
      at = at.firstElementChild
      depth += 1
      continue
    }
    while (at !== null && at !== root && at.nextElementSibling === null) {
      at = at.parentElement
      depth -= 1
    }
    at = at === null || at === root ? null : at.nextElementSibling
  }
  return count
}
