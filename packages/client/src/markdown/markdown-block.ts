// One top-level block of an answer. It is rendered again only when its block is another object.
import { defineComponent, type PropType } from 'vue'
import type { Block } from './blocks.ts'
import { keepSelection } from './keep-selection.ts'
import { renderBlock } from './render.ts'

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
    return () => {
      const nodes = renderBlock(props.block, props.heading, props.upTo)
      const [only] = nodes
      return nodes.length === 1 && typeof only === 'object' ? only : nodes
    }
  },
})
