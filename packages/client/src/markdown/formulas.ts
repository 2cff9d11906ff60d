// Sets formulas. Loaded, with its styles and fonts, when an answer has one.
import katex from 'katex'
import 'katex/dist/katex.min.css'
import { elementsWithin, isModest } from './formula-limits.ts'

/** A formula as elements. */
interface Typeset {
  readonly nodes: readonly Node[]
  /** How many elements there are in all. */
  readonly elements: number
}

/**
 * Makes elements of TeX. Nothing in it can load, link or run anything, nor become much larger than it is written.
 * @throws where it is no TeX that KaTeX knows, or too heavy to be shown: see `formula-limits.ts`
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
