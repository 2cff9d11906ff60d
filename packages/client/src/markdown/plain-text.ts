// Text as it is, of any length: what is too long is in pieces, so that a browser lays out only those that are seen.
import { type FunctionalComponent, h, type VNode } from 'vue'
import { drawable } from '../text/drawable.ts'
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

/** A text in pieces, to be put where it stands; one that is short is itself. @param upTo how many of them are drawn */
export function inPieces(text: string, upTo = Infinity): (VNode | string)[] {
  const pieces = piecesOf(text)
  if (pieces.length < 2) return [drawable(text)]
  return pieces.slice(0, upTo).map((piece, key) => h(TextPiece, { key, text: piece }))
}

/** The same, for templates. */
export const TextPieces: FunctionalComponent<{ text: string }> = ({ text }) => inPieces(text)
TextPieces.props = ['text']

/** A text of its own. */
const PlainText: FunctionalComponent<{ text: string; upTo?: number }> = ({ text, upTo }) =>
  h('p', { class: 'plain', dir: 'auto' }, inPieces(text, upTo))
PlainText.props = ['text', 'upTo']
export default PlainText
