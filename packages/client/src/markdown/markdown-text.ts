// An answer as it grows. Each block is a component of its own, so that finished ones are left alone. Text
// that the parser cannot take is shown as it is: one bad message must not take the page down for everybody.
import { computed, defineComponent, h } from 'vue'
import { type Block, MarkdownBlocks } from './blocks.ts'
import MarkdownBlock from './markdown-block.ts'

export default defineComponent({
  name: 'MarkdownText',
  props: {
    source: { type: String, required: true },
    /** Nothing follows. */
    final: { type: Boolean, required: true },
  },
  setup(props) {
    const parser = new MarkdownBlocks()
    const blocks = computed(() => attempt(parser, props.source, props.final))
    return () =>
      blocks.value === null
        ? h('p', { class: 'plain', dir: 'auto' }, props.source)
        : blocks.value.map((block) => h(MarkdownBlock, { key: block.id, block }))
  },
})

/** Gives the blocks, or null if the parser failed. */
function attempt(parser: MarkdownBlocks, source: string, final: boolean): readonly Block[] | null {
  try {
    return parser.update(source, final)
  } catch {
    // ignored because: the text itself is shown instead.
    return null
  }
}
