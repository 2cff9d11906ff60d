// Formulas in markdown: `$$…$$` and `\[…\]` on lines of their own or within text, `\(…\)` and `$…$` within text.
//
// A single dollar is nearly always money. It begins a formula only if no letter, digit, dollar or backslash comes before it
// and no space or dollar after it. It ends one on the same line, only after a character other than a space, and not before
// a letter, digit or dollar. The text between must not read as prose. A formula has no empty line, as in TeX. An unclosed
// one is not a formula, except at the end of a text that is still being written (`env.open`).
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it'
import { isFar } from './look-ahead.ts'

/** Characters. Nobody writes longer formulas; a longer search for the end would slow down every reader's page. */
const LONGEST = 2_000

const ENDS: Readonly<Record<string, string>> = { $$: '$$', '\\[': '\\]', '\\(': '\\)' }

/** Teaches a parser formulas: tokens `formula`, with TeX as content, and `open` as info while the end is missing. */
export function learnFormulas(parser: MarkdownIt): void {
  const alt = ['paragraph', 'reference', 'blockquote', 'list']
  parser.block.ruler.before('fence', 'formula', onOwnLines, { alt })
  parser.inline.ruler.before('escape', 'formula', withinText)
}

function onOwnLines(state: StateBlock, first: number, end: number, silent: boolean): boolean {
  if (startOf(state, first) < 0) return false
  const start = startOf(state, first)
  const mark = state.src.slice(start, start + 2)
  const ending = mark === '\\(' ? undefined : ENDS[mark]
  if (ending === undefined) return false
  const lines: string[] = []
  for (let line = first; line < end && !isFar(state, first, line); line++) {
    const from = line === first ? start + 2 : startOf(state, line)
    if (line > first && (from < 0 || state.isEmpty(line))) return false
    const text = state.src.slice(from, state.eMarks[line])
    const at = text.indexOf(ending)
    if (at < 0) {
      lines.push(text)
      continue
    }
    lines.push(text.slice(0, at))
    // If text follows, the formula is part of a paragraph.
    if (text.slice(at + 2).trim() !== '' || lines.join('').trim() === '') return false
    return silent || put(state, [first, line + 1], mark, lines, false)
  }
  const isOpen = state.env['open'] === true && end === state.lineMax && !isFar(state, first, end)
  return isOpen && (silent || put(state, [first, end], mark, lines, true))
}

/** Where the text of a line begins, or -1 if it is indented like code or belongs to the surrounding block. */
function startOf(state: StateBlock, line: number): number {
  const indent = (state.sCount[line] ?? 0) - state.blkIndent
  return indent < 0 || indent > 3 ? -1 : (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0)
}

function put(
  state: StateBlock,
  [first, end]: [number, number],
  mark: string,
  lines: readonly string[],
  open: boolean,
): true {
  const token = state.push('formula', '', 0)
  token.block = true
  token.map = [first, end]
  token.markup = mark
  token.content = lines.join('\n').trim()
  token.info = open ? 'open' : ''
  state.line = end
  return true
}

function withinText(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state
  const mark = src.slice(pos, pos + 2)
  const ending = Object.hasOwn(ENDS, mark) ? ENDS[mark] : undefined
  if (ending === undefined) {
    const end = src[pos] === '$' ? endOfDollars(src, pos) : -1
    return end > 0 && add(state, '$', [pos + 1, end, end + 1], silent)
  }
  const at = src.slice(pos + 2, pos + 2 + LONGEST).indexOf(ending)
  if (at > 0) return add(state, mark, [pos + 2, pos + 2 + at, pos + 4 + at], silent)
  const isOpen = at < 0 && state.env['open'] === true && src.length - pos < LONGEST
  return isOpen && add(state, mark, [pos + 2, src.length, src.length], silent, 'open')
}

/** The end of the formula that a single dollar at `pos` begins, or -1 if it begins none. */
function endOfDollars(src: string, pos: number): number {
  if (/[\p{L}\p{N}$\\]/u.test(src[pos - 1] ?? ' ') || /[\s$]/.test(src[pos + 1] ?? ' ')) return -1
  for (let at = pos + 1; at < Math.min(src.length, pos + LONGEST); at++) {
    const character = src[at]
    if (character === '\n' || character === '`') return -1
    if (character === '\\') at += 1
    else if (character === '$') {
      const closes = !/\s/.test(src[at - 1] ?? '') && !/[\p{L}\p{N}$]/u.test(src[at + 1] ?? ' ')
      return closes && !isProse(src.slice(pos + 1, at)) ? at : -1
    }
  }
  return -1
}

/** Two words side by side, or an amount and a word: `5 for one and 10`. */
function isProse(text: string): boolean {
  const bare = text.replace(/\\[a-z]+\s*(\{[^{}]*\})?/gi, ' + ')
  return /[a-z]{2,}[,;:]?\s+[a-z]{2,}/i.test(bare) || /^[\d.,]+\w?\s(.*\s)?[a-z]{2,}/i.test(bare)
}

function add(
  state: StateInline,
  mark: string,
  [from, to, end]: readonly [number, number, number],
  silent: boolean,
  info = '',
): true {
  if (!silent) {
    const token = state.push('formula', '', 0)
    token.markup = mark
    token.content = state.src.slice(from, to).trim()
    token.info = info
  }
  state.pos = end
  return true
}
