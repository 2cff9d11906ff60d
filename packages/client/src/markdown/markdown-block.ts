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
    let drawn: Rows['before'] = new Map()
    let level = props.heading
    return () => {
      const { block, heading, upTo } = props
      const rows = { before: level === heading ? drawn : new Map<never, never>(), now: new Map() }
      ;[drawn, level] = [rows.now, heading]
      const nodes = renderBlock(block, heading, upTo, rows)
      const [only] = nodes
      return nodes.length === 1 && typeof only === 'object' ? only : nodes
    }
  },
})
