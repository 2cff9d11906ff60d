// One top-level block of an answer. It is rendered again only when `block` is a different object.
import { defineComponent, type PropType } from 'vue'
import type { Block } from './blocks.ts'
import { keepSelection } from './keep-selection.ts'
import { renderBlock, type Rows } from './render.ts'

export default defineComponent({
  name: 'MarkdownBlock',
  props: {
    block: { type: Object as PropType<Block>, required: true },
    /** The level of a heading in it. */
    heading: { type: Number, required: true },
    /** How many of its tokens to draw. */
    upTo: { type: Number, default: Infinity },
  },
  setup(props) {
    keepSelection()
    let drawn: Rows['before'] = new Map()
    let [source, level] = ['', props.heading]
    return () => {
      const { block, heading, upTo } = props
      // In a different text, an equal row may be at another place.
      const goesOn = level === heading && isBeginning(source, block.source)
      const rows = { before: goesOn ? drawn : new Map<never, never>(), now: new Map() }
      ;[drawn, source, level] = [rows.now, block.source, heading]
      const nodes = renderBlock(block, heading, upTo, rows)
      const [only] = nodes
      return nodes.length === 1 && typeof only === 'object' ? only : nodes
    }
  },
})

/** Whether one text begins with the other, whichever is longer. */
function isBeginning(one: string, other: string): boolean {
  return one.startsWith(other.trimEnd()) || other.startsWith(one.trimEnd())
}
