// A code block: its language, a button that wraps its lines, a button that copies it, and, a little later, colours. CSS
// draws the labels, so that the text of the element is the code and nothing else.
import { computed, defineComponent, h, ref, useTemplateRef, type VNode } from 'vue'
import { drawable } from '../text/drawable.ts'
import { words } from '../wording/language.ts'
import ColouredCode from './coloured-code.ts'
import CopyButton from './copy-button.ts'
import { keepSelection } from './keep-selection.ts'
import { scrollerAttributes, useOverflow } from './overflow.ts'
import { inPieces } from './plain-text.ts'
import { COLOUR_LIMIT, useColours } from './use-colours.ts'

export default defineComponent({
  name: 'CodeBlock',
  props: {
    code: { type: String, required: true },
    language: { type: String, required: true },
    /** The block is still being written. */
    open: { type: Boolean, default: false },
  },
  setup(props) {
    const wraps = ref(false)
    const scroller = useTemplateRef<HTMLElement>('scroller')
    const content = useTemplateRef<HTMLElement>('content')
    const overflows = useOverflow(scroller, content)
    const code = computed(() => props.code.replace(/\n$/, ''))
    const drawn = computed(() =>
      code.value.length > COLOUR_LIMIT ? code.value : drawable(code.value),
    )
    const coloured = useColours(() => ({
      code: drawn.value,
      language: props.language,
      open: props.open,
    }))
    keepSelection()

    const children = (): (VNode | string)[] | string => {
      const known = coloured.value
      if (!known || !drawn.value.startsWith(known.text)) return inPieces(drawn.value)
      const { text, colours } = known
      return [
        h(ColouredCode, { key: 'colours', colours }),
        ...inPieces(drawn.value.slice(text.length)),
      ]
    }
    const bar = () =>
      h('div', { class: 'code-bar', 'data-label': props.language || words.reading.plainCode }, [
        h('button', {
          type: 'button',
          class: 'bar-button',
          'data-testid': 'wrap',
          'data-label': words.reading.wrap,
          'aria-label': words.reading.wrapLines,
          'aria-pressed': wraps.value,
          onClick: () => (wraps.value = !wraps.value),
        }),
        h(CopyButton, {
          text: code.value,
          name: words.reading.copyCode,
          shown: () => content.value,
        }),
      ])
    return () =>
      h('div', { class: ['code', { wraps: wraps.value }] }, [
        bar(),
        h(
          'pre',
          {
            ref: 'scroller',
            dir: 'ltr',
            ...scrollerAttributes(overflows.value, words.reading.code),
          },
          h('code', { ref: 'content' }, children()),
        ),
      ])
  },
})
