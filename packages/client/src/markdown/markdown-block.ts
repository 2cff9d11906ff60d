// One top-level block of an answer. It is rendered again only when its block is another object.
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
    /** How many of its tokens are drawn. */
    upTo: { type: Number, default: Infinity },
  },
  setup(props) {
    keepSelection()
    let drawn: { block: Block; heading: number; rows: Rows } | null = null
    return () => {
      const { block, heading, upTo } = props
      if (drawn?.block !== block || drawn.heading !== heading)
        drawn = { block, heading, rows: new Map() }
      const nodes = renderBlock(block, heading, upTo, drawn.rows)
      const [only] = nodes
      return nodes.length === 1 && typeof only === 'object' ? only : nodes
    }
  },
})
