// What somebody said, as a quote in a Markdown file.
//
// Guarantees: however it is written, it stays inside its quote. Every line gets a mark of its own, and HTML,
// with which a quote could be closed or what follows be hidden, is made plain text.
// Code keeps its `<` where it is certain to be code for every reader of Markdown; in doubt it is escaped.

const LINE_END = /\r\n|\r|\n/
const TAG = /<(?=[a-z/!?])/gi
const CODE_OR_TAG = /`[^`]*`|<(?=[a-z/!?])/gi
const FENCE = /`{3,}|~{3,}/
const FENCE_AT_MARGIN = /^(?:(`{3,})[^`]*|(~{3,}).*)$/

interface Reading {
  /** The fence that encloses the code we are in. */
  readonly fence: string | null
  /** A fence that belongs to a list or quote can end where only a full parser knows; from then on, all is escaped. */
  readonly certain: boolean
  /** Backticks have been in pairs on every line of this paragraph. */
  readonly paired: boolean
}

/** Quotes a text of any length; gives whole lines, the last one ended. */
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

/** Single backticks, an even number of them, and nothing that could part or disable one. */
function hasPairsOnly(line: string): boolean {
  return !/[\\|]|``/.test(line) && (line.match(/`/g)?.length ?? 0) % 2 === 0
}

function escapeTags(line: string): string {
  return line.replace(TAG, '&lt;')
}

/** A name or title on one line, with nothing that Markdown or HTML would take for more than text. */
export function markdownWord(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~&!$]/g, '\\$&')
}
