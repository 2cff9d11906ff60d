// An answer as it grows. Each block is a component of its own, so that finished ones are left alone. Neither
// parser nor renderer throws: what they cannot take is shown as it is, for that block alone, and then the whole
// source can be looked at. While nobody sees the page nothing is parsed or painted; afterwards all at once.
import { computed, defineComponent, h, ref, shallowRef, watchEffect } from 'vue'
import { usePageVisible } from '../composables/use-page-visible.ts'
import { words } from '../wording/language.ts'
import { type Block, MarkdownBlocks } from './blocks.ts'
import { shareFormulas } from './formula-share.ts'
import { headingLevels } from './headings.ts'
import MarkdownBlock from './markdown-block.ts'

export default defineComponent({
  name: 'MarkdownText',
  props: {
    source: { type: String, required: true },
    /** Nothing follows. */
    final: { type: Boolean, required: true },
    /** Nothing follows, though something was to: it stays as it was shown. */
    cut: { type: Boolean, default: false },
  },
  setup(props) {
    shareFormulas()
    const parser = new MarkdownBlocks()
    const visible = usePageVisible()
    const blocks = shallowRef<readonly Block[]>([])
    watchEffect(() => {
      if (visible.value) blocks.value = parser.update(props.source, props.final, props.cut)
    })
    const levels = computed(() => headingLevels(blocks.value))
    const failed = computed(() => blocks.value.some(({ tokens }) => tokens === null))
    const asSource = ref(false)

    const toggle = () =>
      h(
        'button',
        {
          type: 'button',
          class: 'button small',
          'data-testid': 'show-source',
          onClick: () => (asSource.value = !asSource.value),
        },
        asSource.value ? words.reading.showFormatted : words.reading.showSource,
      )
    return () => {
      if (failed.value && asSource.value)
        return [h('p', { class: 'plain', dir: 'auto' }, props.source), toggle()]
      const shown = blocks.value.map((block, index) =>
        h(MarkdownBlock, { key: block.id, block, heading: levels.value[index] ?? 3 }),
      )
      return failed.value ? [...shown, toggle()] : shown
    }
  },
})
