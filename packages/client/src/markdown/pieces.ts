// A long text in pieces that follow one another without a gap: each is laid out by itself, and only where it is seen.
import { COSTLY, MOST_COSTLY, PIECE_LENGTH, PIECE_LINES } from './answer-limits.ts'

/** By what people take for one character, which is what it does unless told otherwise. */
const characters = new Intl.Segmenter()

/** The text that was cut last, its pieces, and where the last of them begins: one that grows is cut on from there. */
let [lastText, lastPieces, lastFrom]: [string, readonly string[], number] = ['', [], 0]

/** The pieces of a text, as long as they may be; at line ends where there are some. What is added to a text changes the last alone. */
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

/** About how many lines a piece takes. */
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

/** Of a text, up to where there would be too many costly characters in it. */
function modestLength(text: string): number {
  let count = 0
  for (const { index } of text.matchAll(COSTLY)) {
    count += 1
    if (count > MOST_COSTLY) return index
  }
  return text.length
}

/** Not within what is one character to people, unless it is too long by itself. */
function within(text: string, from: number, most: number): number {
  if (most === text.length) return most
  // Whether one begins there depends on what comes before, and on the next code point.
  const around = characters.segment(text.slice(from, most + 2))
  const index = around.containing(most - from)?.index ?? 0
  return index > 0 ? from + index : most
}
