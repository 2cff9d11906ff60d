// A formula. It shows its source until it is typeset, and for good if it cannot be.
import { defineComponent, h, onBeforeUnmount, onMounted, useTemplateRef, watch } from 'vue'
import { words } from '../wording/language.ts'
import { useShare } from './formula-share.ts'
import { scrollerAttributes, useOverflow } from './overflow.ts'
import { useDeferredWork } from './deferred-work.ts'

export default defineComponent({
  name: 'FormulaText',
  props: {
    tex: { type: String, required: true },
    /** The formula as written, with its delimiters. */
    source: { type: String, required: true },
    /** Whether it stands on a line of its own. */
    display: { type: Boolean, required: true },
    /** Its end has not arrived yet. */
    open: { type: Boolean, required: true },
  },
  setup(props) {
    const scroller = useTemplateRef<HTMLElement>('scroller')
    const content = useTemplateRef<HTMLElement>('content')
    const overflows = useOverflow(scroller, content)

    const share = useShare()
    const deferred = useDeferredWork()
    /** Whether it counts towards the allowance, and the number of its elements once typeset. */
    let [counted, elements] = [false, 0]

    const set = async (): Promise<void> => {
      const { tex, display, open } = props
      if (open || (!counted && share.formulas <= 0)) return
      if (!counted) share.formulas -= 1
      counted = true
      const { typeset } = await import('./formulas.ts')
      deferred.soon(() => {
        if (!content.value || props.open || props.tex !== tex) return
        try {
          const formula = typeset(tex, display)
          if (formula.elements > share.elements + elements) return
          share.elements += elements - formula.elements
          elements = formula.elements
          content.value.replaceChildren(...formula.nodes)
        } catch {
          // ignored because: a formula that cannot be typeset stays source.
        }
      })
    }
    const look = (): void => {
      // ignored because: if the code for typesetting cannot be loaded, the formula stays source as well.
      set().catch(() => null)
    }
    onBeforeUnmount(() => {
      share.formulas += counted ? 1 : 0
      share.elements += elements
    })
    // To Vue, the content is the source as one text. When the source changes, Vue replaces everything in it.
    onMounted(() =>
      watch(() => [props.source, props.display, props.open], look, {
        immediate: true,
        flush: 'post',
      }),
    )
    return () => {
      const source = h('span', { ref: 'content' }, props.source)
      if (!props.display) return h('span', { class: 'formula', dir: 'ltr' }, source)
      const named = scrollerAttributes(overflows.value, words.reading.formula)
      return h('span', { ref: 'scroller', class: 'formula display', dir: 'ltr', ...named }, source)
    }
  },
})
