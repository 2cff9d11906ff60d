// An answer as it grows. Each block is a component of its own, so that finished ones are left alone. Neither
// parser nor renderer throws: what they cannot take is shown as it is, for that block alone.
import { computed, defineComponent, h } from 'vue'
import { MarkdownBlocks } from './blocks.ts'
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
    const blocks = computed(() => parser.update(props.source, props.final))
    return () => blocks.value.map((block) => h(MarkdownBlock, { key: block.id, block }))
  },
})
