// Splits a long text into consecutive pieces. The browser lays out each piece by itself, and only when it is visible.
import { COSTLY, MOST_COSTLY, PIECE_LENGTH, PIECE_LINES } from './answer-limits.ts'

/** Segments by grapheme, its default: the unit that people see as one character. */
const characters = new Intl.Segmenter()

/** The last text split, its pieces, and where the last piece begins: a growing text is split on from there. */
let [lastText, lastPieces, lastFrom]: [string, readonly string[], number] = ['', [], 0]

/** The pieces of a text, as long as possible, split at line ends if there are any. Added text changes only the last one. */
export function piecesOf(text: string): readonly string[] {
  if (text === lastText) return lastPieces
  const isMore = text.startsWith(lastText)
  const pieces = isMore ? lastPieces.slice(0, -1) : []
  if (!isMore) lastFrom = 0
  for (let to = lastFrom; to < text.length;) {
    lastFrom = to
    to = endOf(text, lastFrom)
    pieces.push(text.slice(lastFrom, to))
  }
  ;[lastText, lastPieces] = [text, pieces]
  return pieces
}

/** The estimated number of lines of a piece. */
export function linesOf(piece: string): number {
  return Math.max(piece.split('\n').length, Math.ceil(piece.length / 80))
}

function endOf(text: string, from: number): number {
  const most = from + modestLength(text.slice(from, from + PIECE_LENGTH))
  let to = from
  for (let lines = 0; lines < PIECE_LINES; lines++) {
    const next = text.indexOf('\n', to)
    if (next < 0 || next >= most)
      return most === text.length || to === from ? within(text, from, most) : to
    to = next + 1
  }
  return to
}

/** The length of a text up to the first costly character beyond the limit. */
function modestLength(text: string): number {
  let count = 0
  for (const { index } of text.matchAll(COSTLY)) {
    count += 1
    if (count > MOST_COSTLY) return index
  }
  return text.length
}

/** Moves an end to before the grapheme that it would split, unless the grapheme is too long by itself. */
function within(text: string, from: number, most: number): number {
  if (most === text.length) return most
  // Whether a grapheme begins there depends on the text before it and on the next code point.
  const around = characters.segment(text.slice(from, most + 2))
  const index = around.containing(most - from)?.index ?? 0
  return index > 0 ? from + index : most
}
