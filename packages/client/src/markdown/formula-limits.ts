// Limits that keep a formula from slowing down the page of everybody who sees it: one written to be heavy stays source.

/** Characters of one formula. */
const LONGEST = 2_000
/** Nesting depth of braces; continued fractions go ten deep. */
const DEEPEST = 60
/** Separators of cells and rows. */
const MOST_CELLS = 400
/** Nesting depth of elements: laying out many more levels crashes a browser. */
const DEEPEST_ELEMENT = 300
/** Elements of one formula. */
const MOST_ELEMENTS = 10_000

/** Definitions of macros: a thousand characters of them can expand to millions. */
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

/** The part of an element that walking through it needs. */
export interface Walked {
  readonly firstElementChild: Walked | null
  readonly nextElementSibling: Walked | null
  readonly parentElement: Walked | null
}

/**
 * Counts the elements within an element. It walks, since a tree too deep for the page is too deep for recursion as well.
 * @returns Infinity if the elements are too deep or too many to show
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
