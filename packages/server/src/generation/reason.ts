// Claude's own explanation of a refused request, for the operator's log, with nothing of the prompt in it.
import type { Prompt } from './claude.ts'

/** Limit on the characters logged. */
const LONGEST = 300
/** A run of this many characters that also appears in the prompt counts as quoted from it. */
const QUOTED = 8

/** `reason` on one line, with `…` for each passage that appears in the prompt. */
export function reasonWithout(reason: string, prompt: Prompt): string {
  const line = reason.slice(0, LONGEST).replace(/[\p{C}\p{Z}\s]+/gu, ' ')
  const said = [prompt.system, ...prompt.turns.flatMap(({ parts }) => parts)]
    .join('\n')
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
  const isQuoted = new Array<boolean>(line.length).fill(false)
  for (let at = 0; at + QUOTED <= line.length; at++)
    if (said.includes(line.slice(at, at + QUOTED))) isQuoted.fill(true, at, at + QUOTED)
  return [...line.matchAll(/(["'`])(.*?)\1/gu)]
    .reduce((marked, { index, 0: passage, 2: words = '' }) => {
      // Short words too, if Claude puts them in quotation marks.
      if (words !== '' && said.includes(words))
        marked.fill(true, index + 1, index + passage.length - 1)
      return marked
    }, isQuoted)
    .map((quoted, at) => (quoted ? '\u2026' : (line[at] ?? '')))
    .join('')
    .replace(/\u2026+/g, '\u2026')
}
