// Strips the Markdown from a text that is shown in a line or two.

/** More UTF-16 units than two lines can hold. */
const LONGEST = 2000
const CODE = /(`+)(.+?)\1/gs
const FENCE = /^\s*(?:`{3,}|~{3,})[^`\n]*$/gm
/** The line between the head of a table and its rows, or a thematic break. */
const RULE = /^[\s|:]*-{2,}[\s|:-]*$/gm
const LINE_START = /^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?)+/gm
const LINK = /!?\[([^\]\n]*)\]\([^)\n]*\)/g
/** Emphasis at the edge of a word; within a word it is more likely a symbol, as in 2*3 or snake_case. */
const EMPHASIS =
  /(?<![\p{L}\p{N}*_~])(?:[*_]+|~~)(?=[^\s*_~])|(?<=[^\s*_~])(?:[*_]+|~~)(?![\p{L}\p{N}*_~])/gu
const CELLS = /^\s*\|(.*?)\|?\s*$/gm

/** The beginning of a text, in one line and without Markdown; the contents of inline code stay unchanged. */
export function plainText(markdown: string): string {
  const beginning = markdown.slice(0, LONGEST)
  const lines = beginning.replace(FENCE, '').replace(RULE, '').replace(LINE_START, '')
  let text = ''
  let at = 0
  for (const match of lines.matchAll(CODE)) {
    text += withoutMarks(lines.slice(at, match.index)) + (match[2] ?? '')
    at = match.index + match[0].length
  }
  return (text + withoutMarks(lines.slice(at))).replace(/\s+/g, ' ').trim()
}

function withoutMarks(text: string): string {
  return text
    .replace(LINK, '$1')
    .replace(CELLS, (_row, cells: string) => cells.replace(/\s*\|\s*/g, ' · '))
    .replace(EMPHASIS, '')
    .replace(/`+/g, '')
}
