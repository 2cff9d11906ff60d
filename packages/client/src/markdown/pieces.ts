// A long text in pieces that follow one another without a gap: each is laid out by itself, and only where it is seen.
import { PIECE_LENGTH, PIECE_LINES } from './answer-limits.ts'

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

function endOf(text: string, from: number): number {
  const most = Math.min(from + PIECE_LENGTH, text.length)
  let to = from
  for (let lines = 0; lines < PIECE_LINES; lines++) {
    const next = text.indexOf('\n', to)
    if (next < 0 || next >= most)
      return most === text.length || to === from ? within(text, from, most) : to
    to = next + 1
  }
  return to
}

/** Not within what is one character to people, as far as that can be seen here. */
function within(text: string, from: number, most: number): number {
  if (most === text.length) return most
  let end = most
  while (end > from + 1 && /[\p{M}\u200d\udc00-\udfff]/u.test(text.charAt(end))) end -= 1
  return end > from + 1 ? end : most
}
