// A long text in pieces that follow one another without a gap: each is laid out by itself, and only where it is seen.
import { MOST_COSTLY, PIECE_LENGTH, PIECE_LINES } from './answer-limits.ts'

/** Controls and marks without a shape (Unicode's `Cc` and `Cf`): the browser lays out the text around each by itself. */
const COSTLY = /(?![\n\t])[\p{Cc}\p{Cf}]/gu

/** The pieces of a text, as long as they may be; at line ends where there are some. What is added to a text changes the last alone. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const to = endOf(text, from)
    pieces.push(text.slice(from, to))
    from = to
  }
  return pieces
}

/** About how many lines a piece takes. */
export function linesOf(piece: string): number {
  return Math.max(piece.split('\n').length, Math.ceil(piece.length / 80))
}

/** How many characters of a text take many times as long as others. */
export function costlyIn(text: string): number {
  return text.match(COSTLY)?.length ?? 0
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

/** Not within what is one character to people, as far as that can be seen here. */
function within(text: string, from: number, most: number): number {
  if (most === text.length) return most
  let end = most
  while (end > from + 1 && /[\p{M}\u200d\udc00-\udfff]/u.test(text.charAt(end))) end -= 1
  return end > from + 1 ? end : most
}
