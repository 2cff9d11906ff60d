// An answer as it grows. Each block is a component of its own, so that finished ones are not rendered again. Neither parser
// nor renderer throws: a block that they cannot handle is shown as its source, and then a button shows the source of the
// whole answer. While the page is hidden nothing is parsed or painted; afterwards it catches up.
import { computed, defineComponent, h, ref } from 'vue'
import { usePageVisible } from '../browser/use-page-visible.ts'
import { words } from '../wording/language.ts'
import { useCaret } from './caret.ts'
import { shareColours } from './colour-share.ts'
import { useDrawnBlocks } from './drawn-blocks.ts'
import { shareFormulas } from './formula-share.ts'
import { type Group, groupsOf } from './groups.ts'
import MarkdownGroup from './markdown-group.ts'
import PlainText from './plain-text.ts'

export default defineComponent({
  name: 'MarkdownText',
  props: {
    source: { type: String, required: true },
    /** The answer has ended. */
    final: { type: Boolean, required: true },
    /** The answer ended early, so it stays as it was shown. */
    cut: { type: Boolean, default: false },
  },
  setup(props) {
    shareFormulas()
    shareColours()
    const visible = usePageVisible()
    const drawn = useDrawnBlocks(() => (visible.value ? props : null))
    const groups = computed<readonly Group[]>((before) => groupsOf(drawn.value, before))
    const failed = computed(() => drawn.value.blocks.some(({ tokens }) => tokens === null))
    const asSource = ref(false)
    useCaret(() => !props.final)

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
      const shown = groups.value.map((group, key) => h(MarkdownGroup, { key, group }))
      return failed.value ? [...shown, toggle()] : shown
    }
  },
})
