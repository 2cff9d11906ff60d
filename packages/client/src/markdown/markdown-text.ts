// An answer as it grows. Each block is a component of its own, so that finished ones are left alone. Neither
// parser nor renderer throws: what they cannot take is shown as it is, for that block alone, and then the whole
// source can be looked at. While nobody sees the page nothing is parsed or painted; afterwards all at once.
import { computed, defineComponent, h, ref } from 'vue'
import { usePageVisible } from '../composables/use-page-visible.ts'
import { words } from '../wording/language.ts'
import { shareColours } from './colour-share.ts'
import { useDrawnBlocks } from './drawn-blocks.ts'
import { shareFormulas } from './formula-share.ts'
import { headingLevels } from './headings.ts'
import MarkdownBlock from './markdown-block.ts'
import PlainText from './plain-text.ts'

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
    shareColours()
    const visible = usePageVisible()
    const drawn = useDrawnBlocks(() => (visible.value ? props : null))
    const levels = computed(() => headingLevels(drawn.value.blocks))
    const failed = computed(() => drawn.value.blocks.some(({ tokens }) => tokens === null))
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
      if (failed.value && asSource.value) return [h(PlainText, { text: props.source }), toggle()]
      const { blocks, last, tokens } = drawn.value
      const shown = blocks.slice(0, last + 1).map((block, index) =>
        h(MarkdownBlock, {
          key: block.id,
          block,
          heading: levels.value[index] ?? 3,
          upTo: index === last && tokens < (block.tokens?.length ?? 1) ? tokens : Infinity,
        }),
      )
      return failed.value ? [...shown, toggle()] : shown
    }
  },
})
