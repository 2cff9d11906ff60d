// Plain text of any length: a long text is split into pieces, so that a browser lays out only the visible ones.
import { type FunctionalComponent, h, type VNode } from 'vue'
import { drawable } from '../text/drawable.ts'
import { linesOf, piecesOf } from './pieces.ts'

/** One piece. It is drawn again only when its text changes. */
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

/** The pieces of a text as nodes; a short text stays one string. @param upTo how many pieces to draw */
export function inPieces(text: string, upTo = Infinity): (VNode | string)[] {
  const pieces = piecesOf(text)
  if (pieces.length < 2) return [drawable(text)]
  return pieces.slice(0, upTo).map((piece, key) => h(TextPiece, { key, text: piece }))
}

/** The same, for templates. */
export const TextPieces: FunctionalComponent<{ text: string }> = ({ text }) => inPieces(text)
TextPieces.props = ['text']

/** A text as a paragraph. */
const PlainText: FunctionalComponent<{ text: string; upTo?: number }> = ({ text, upTo }) =>
  h('p', { class: 'plain', dir: 'auto' }, inPieces(text, upTo))
PlainText.props = ['text', 'upTo']
export default PlainText
