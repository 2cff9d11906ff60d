// What Claude says about a request that it refuses, for the operator's log: without anything of the prompt.
import type { Prompt } from './claude.ts'

/** Letters of it that the operator reads. */
const LONGEST = 300
/** So many characters in a row that stand in the prompt as well are what somebody has said. */
const QUOTED = 8

/** `reason` on one line, where each passage that is in what people have said is written `…`. */
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
      // Short words too, where Claude quotes them.
      if (words !== '' && said.includes(words))
        marked.fill(true, index + 1, index + passage.length - 1)
      return marked
    }, isQuoted)
    .map((quoted, at) => (quoted ? '\u2026' : (line[at] ?? '')))
    .join('')
    .replace(/\u2026+/g, '\u2026')
}
