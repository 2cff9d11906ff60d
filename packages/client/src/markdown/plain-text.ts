// Text as it is, of any length: what is too long is in pieces, so that a browser lays out only those that are seen.
import {
  computed,
  defineComponent,
  type FunctionalComponent,
  h,
  type PropType,
  type VNode,
} from 'vue'
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

export default defineComponent({
  name: 'PlainText',
  props: {
    text: { type: String, required: true },
    tag: { type: String as PropType<'p' | 'span'>, default: 'p' },
  },
  setup(props) {
    const shown = computed(() => inPieces(props.text))
    return () => h(props.tag, { class: 'plain', dir: 'auto' }, shown.value)
  },
})

function hasMoreLines(text: string, most: number): boolean {
  let at = -1
  for (let lines = 0; lines <= most; lines++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) return false
  }
  return true
}
