// Text as it is, of any length: what is too long is in pieces, so that a browser lays out only those that are seen.
import { type FunctionalComponent, h, type VNode } from 'vue'
import { drawable } from '../talk/drawable.ts'
import { PIECE_LENGTH, PIECE_LINES } from './answer-limits.ts'
import { linesOf, piecesOf } from './pieces.ts'

/** One of them. Drawn again only when its text is another. */
const TextPiece: FunctionalComponent<{ text: string }> = ({ text }) =>
  h(
    'span',
    {
      class: ['piece', { lines: text.endsWith('\n') }],
      style: { containIntrinsicSize: `auto none auto ${linesOf(text)}lh` },
    },
    drawable(text),
  )
TextPiece.props = ['text']

/** A text in pieces, to be put where it stands; one that is short is itself. */
export function inPieces(text: string): (VNode | string)[] {
  const isShort = text.length <= PIECE_LENGTH && !hasMoreLines(text, PIECE_LINES)
  if (isShort) return [drawable(text)]
  return piecesOf(text).map((piece, key) => h(TextPiece, { key, text: piece }))
}

/** The same, for templates. */
export const TextPieces: FunctionalComponent<{ text: string }> = ({ text }) => inPieces(text)
TextPieces.props = ['text']

/** A text of its own. */
const PlainText: FunctionalComponent<{ text: string }> = ({ text }) =>
  h('p', { class: 'plain', dir: 'auto' }, inPieces(text))
PlainText.props = ['text']
export default PlainText

function hasMoreLines(text: string, most: number): boolean {
  let at = -1
  for (let lines = 0; lines <= most; lines++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) return false
  }
  return true
}
