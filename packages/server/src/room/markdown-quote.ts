// A message as a quote in a Markdown file.
//
// Guarantees: a message stays inside its quote, whatever it contains. Every line gets a quote mark of its own, and
// HTML, which could close a quote or hide later text, is made plain text.
// Code keeps its `<` if every Markdown parser is certain to read it as code; in doubt it is escaped.

const LINE_END = /\r\n|\r|\n/
const TAG = /<(?=[a-z/!?])/gi
const CODE_OR_TAG = /`[^`]*`|<(?=[a-z/!?])/gi
const FENCE = /`{3,}|~{3,}/
const FENCE_AT_MARGIN = /^(?:(`{3,})[^`]*|(~{3,}).*)$/

interface Reading {
  /** The fence of the code block that the current line is in. */
  readonly fence: string | null
  /**
   * False after a fence that belongs to a list or quote: only a full parser knows where it ends, so everything after it
   * is escaped.
   */
  readonly certain: boolean
  /** Whether every line of this paragraph so far has its backticks in pairs. */
  readonly paired: boolean
}

/** Quotes a text of any length; returns whole lines, the last one with a line end. */
export function markdownQuote(text: string): string {
  let reading: Reading = { fence: null, certain: true, paired: true }
  let quoted = ''
  for (const line of text.split(LINE_END)) {
    const [safe, next] = read(line, reading)
    quoted += safe === '' ? '>\n' : `> ${safe}\n`
    reading = next
  }
  return quoted
}

function read(line: string, reading: Reading): readonly [line: string, next: Reading] {
  const { fence, certain, paired } = reading
  if (!certain) return [escapeTags(line), reading]
  if (fence !== null) return [line, afterCode(line, fence, reading)]
  if (FENCE.test(line)) {
    const opened = FENCE_AT_MARGIN.exec(line)
    if (!opened) return [escapeTags(line), { ...reading, certain: false }]
    return [escapeTags(line), { fence: opened[1] ?? opened[2] ?? '', certain, paired: true }]
  }
  if (/^[ \t]*$/.test(line)) return ['', { ...reading, paired: true }]
  if (!line.includes('`')) return [escapeTags(line), reading]
  if (!paired || !hasPairsOnly(line)) return [escapeTags(line), { ...reading, paired: false }]
  return [line.replace(CODE_OR_TAG, (found) => (found === '<' ? '&lt;' : found)), reading]
}

function afterCode(line: string, fence: string, reading: Reading): Reading {
  const bare = line.trim()
  const closes = bare.length >= fence.length && bare === fence.charAt(0).repeat(bare.length)
  if (!closes) return reading
  return line.startsWith(bare)
    ? { fence: null, certain: true, paired: true }
    : { ...reading, certain: false }
}

/** Whether a line has an even number of single backticks, and nothing that could separate or disable one. */
function hasPairsOnly(line: string): boolean {
  return !/[\\|]|``/.test(line) && (line.match(/`/g)?.length ?? 0) % 2 === 0
}

function escapeTags(line: string): string {
  return line.replace(TAG, '&lt;')
}

/** A name or title on one line, with everything escaped that Markdown or HTML would interpret. */
export function markdownWord(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~&!$]/g, '\\$&')
}
