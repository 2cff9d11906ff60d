// Typesets formulas. This module, with its styles and fonts, is loaded when an answer contains a formula.
import katex from 'katex'
import 'katex/dist/katex.min.css'
import { elementsWithin, isModest } from './formula-limits.ts'

/** A formula as elements. */
interface Typeset {
  readonly nodes: readonly Node[]
  /** The total number of elements. */
  readonly elements: number
}

/**
 * Turns TeX into elements. Nothing in it can load, link or run anything, or become much larger than its source.
 * @throws if KaTeX does not know the TeX, or if it is too heavy to show: see `formula-limits.ts`
 */
export function typeset(tex: string, display: boolean): Typeset {
  if (!isModest(tex)) throw new RangeError('a formula that is too long or too deep')
  const place = document.createElement('span')
  katex.render(tex, place, {
    displayMode: display,
    trust: false,
    maxExpand: 1_000,
    maxSize: 20,
    strict: 'ignore',
    throwOnError: true,
  })
  const elements = elementsWithin(place)
  if (elements === Infinity) throw new RangeError('a formula of too many elements')
  return { nodes: [...place.childNodes], elements }
}
