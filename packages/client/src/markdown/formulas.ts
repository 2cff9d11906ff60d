// Sets formulas. Loaded, with its styles and fonts, when an answer has one.
import katex from 'katex'
import 'katex/dist/katex.min.css'

/**
 * Makes elements of TeX. Nothing in it can load, link or run anything, nor become much larger than it is written.
 * @throws where it is no TeX that KaTeX knows
 */
export function typeset(tex: string, display: boolean): Node[] {
  const place = document.createElement('span')
  katex.render(tex, place, {
    displayMode: display,
    trust: false,
    maxExpand: 1_000,
    maxSize: 20,
    strict: 'ignore',
    throwOnError: true,
  })
  return [...place.childNodes]
}
