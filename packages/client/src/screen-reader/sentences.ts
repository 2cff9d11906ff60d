// Cuts a growing answer into pieces to announce: whole sentences, and a description of each code block. Pure.

/** The sentences that are ready, and how much of the text has been consumed. */
export interface Ready {
  readonly sentences: readonly string[]
  /** UTF-16 units of the text that have been consumed. */
  readonly upTo: number
}

/** Describes a code block by its language, as the answer names it, and its number of lines. */
type SayCode = (language: string, lines: number) => string

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/
const SENTENCE_END = /[.?!…。？！](?=["'”’)\]*_]*\s)/g

/**
 * Returns the whole sentences of `text` from `from` on. The end of a line also ends a sentence; a closed code block is one.
 * @param done the text is complete, so the rest counts as a sentence too
 */
export function sentencesAfter(text: string, from: number, done: boolean, code: SayCode): Ready {
  const sentences: string[] = []
  let at = from
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const line = text.slice(at, newline < 0 ? undefined : newline)
    if (newline < 0 && !done) {
      // A fence can be recognised only once its line is complete.
      if (/^ {0,3}[`~]/.test(line) && isLineStart(text, at)) break
      const cut = lastSentenceEnd(line)
      sentences.push(...saidOf(line.slice(0, cut)))
      at += cut
      break
    }
    const fence = isLineStart(text, at) ? FENCE.exec(line) : null
    if (fence) {
      const block = blockAfter(text, newline < 0 ? text.length : newline + 1, fence[1] ?? '')
      if (block === null && !done) break
      sentences.push(code(fence[2] ?? '', block?.lines ?? countLines(text.slice(at)) - 1))
      at = block?.end ?? text.length
    } else {
      sentences.push(...saidOf(line))
      at = newline < 0 ? text.length : newline + 1
    }
  }
  return { sentences, upTo: at }
}

function isLineStart(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === '\n'
}

/** The end of a code block, including its closing fence; null while it is open. */
function blockAfter(
  text: string,
  from: number,
  fence: string,
): { readonly end: number; readonly lines: number } | null {
  let lines = 0
  for (let at = from; at <= text.length;) {
    const newline = text.indexOf('\n', at)
    const line = text.slice(at, newline < 0 ? undefined : newline).trim()
    const isClosing = line.length >= fence.length && [...line].every((char) => char === fence[0])
    if (isClosing) return { end: newline < 0 ? text.length : newline + 1, lines }
    if (newline < 0) return null
    lines++
    at = newline + 1
  }
  return null
}

function countLines(text: string): number {
  return text.trimEnd().split('\n').length
}

function lastSentenceEnd(line: string): number {
  const last = [...line.matchAll(SENTENCE_END)].at(-1)
  return last ? last.index + 1 : 0
}

/** Strips the Markdown from a line and cuts it into sentences. */
function saidOf(line: string): string[] {
  const plain = line
    .replace(/^\s*(#{1,6}\s+|>\s?|[-*+]\s+)+/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (!/[\p{L}\p{N}]/u.test(plain)) return []
  const cuts = [...plain.matchAll(SENTENCE_END)].map(({ index }) => index + 1)
  return [0, ...cuts]
    .map((start, index) =>
      plain
        .slice(start, cuts[index])
        .replace(/^["'”’)\]]+/, '')
        .trim(),
    )
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence))
}
