// Treats markup that is still open at the end of a growing text as what it will probably become: `**bold` is bold before
// its end arrives, half an address is not shown, and a line that may become a heading or a table does not jump. This works
// in the parser itself, only for the last text of an open block (`env.open`).
import type { MarkdownIt, StateInline, Token } from 'markdown-it'

/** Teaches a parser to close open ends where `env.open` says so. */
export function learnOpenEnds(parser: MarkdownIt): void {
  parser.inline.ruler.before('backticks', 'open-code', openCode)
  parser.inline.ruler.before('link', 'open-link', openLink)
  parser.inline.ruler2.after('balance_pairs', 'open-emphasis', closeEmphasis)
}

/**
 * The last text of a block, if only closing tokens follow it.
 * @param tokens the tokens of one block, with their text not parsed yet
 */
export function lastText(tokens: readonly Token[]): Token | null {
  const last = tokens.findLast(({ nesting }) => nesting >= 0)
  return last?.type === 'inline' ? last : null
}

/** A text without an incomplete mark at its end: `**bold*`, `2 *`, `` `a ``. */
export function withoutHalfMark(text: string): string {
  return text.replace(/(?<!\\)(?:\*{1,3}|_{1,3}|~{1,2}|`+)$/, '')
}

/**
 * The source of an open block without a last line that only looks like the underline of a heading, and with the separator
 * row added to a begun table.
 */
export function settled(source: string): string {
  const calm = source.replace(/(?<=\S)\n {0,3}(?:-{1,2}|={1,2})$/, '')
  const [, header = '', rest] = /^( {0,3}\|[^\n]*)(?:\n([ |:-]*))?$/.exec(calm) ?? []
  const cells = header.trim().replace(/\\\|/g, '').split('|').slice(1)
  const columns = cells.at(-1)?.trim() === '' ? cells.length - 1 : cells.length
  if (columns < 2 || (rest !== undefined && !/^[ |:-]*$/.test(rest))) return calm
  const end = header.trimEnd().endsWith('|') ? '' : ' |'
  return `${header}${end}\n${'|---'.repeat(columns)}|`
}

function openCode(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state
  if (state.env['open'] !== true || src[pos] !== '`') return false
  const [run = ''] = /^`+/.exec(src.slice(pos)) ?? []
  const rest = src.slice(pos + run.length)
  if (new RegExp(`(?<!\`)${run}(?!\`)`).test(rest)) return false
  if (!silent) state.push('code_inline', 'code', 0).content = rest
  state.pos = src.length
  return true
}

/** Shows a link with an incomplete address as its text; such an image is not shown yet. */
function openLink(state: StateInline, silent: boolean): boolean {
  const { src, pos, md } = state
  const isImage = src[pos] === '!' && src[pos + 1] === '['
  if (state.env['open'] !== true || (!isImage && src[pos] !== '[')) return false
  const start = isImage ? pos + 2 : pos + 1
  const end = md.helpers.parseLinkLabel(state, start - 1)
  if (end >= 0 && !/^\([^)\n]*$/.test(src.slice(end + 1))) return false
  if (end < 0 && /\n\n/.test(src.slice(start))) return false
  if (!silent && !isImage) {
    state.pos = start
    const { posMax } = state
    state.posMax = end < 0 ? src.length : end
    md.inline.tokenize(state)
    state.posMax = posMax
  }
  state.pos = src.length
  return true
}

/** Closes open emphasis at the end of the text, innermost first. */
function closeEmphasis(state: StateInline): boolean {
  if (state.env['open'] !== true) return true
  const { delimiters } = state
  // No closed emphasis surrounds the delimiters from here on.
  const free = delimiters.reduce((most, { end }) => Math.max(most, end), -1)
  for (let at = delimiters.length - 1; at >= 0; at--) {
    const opener = delimiters[at]
    // Within a word it is more likely a plain character: 2*3.
    if (
      !opener ||
      opener.end !== -1 ||
      !opener.open ||
      opener.close ||
      (at < free && isWithin(at, delimiters))
    )
      continue
    const token = state.push('text', '', 0)
    token.content = state.tokens[opener.token]?.content ?? ''
    opener.end = delimiters.length
    const end = { ...opener, token: state.tokens.length - 1, end: -1, open: false, close: true }
    delimiters.push(end)
  }
  return true
}

function isWithin(at: number, delimiters: StateInline['delimiters']): boolean {
  return delimiters.slice(0, at).some(({ end }) => end > at)
}
