// A formula: its source until it can be set, and for good where it cannot.
import { defineComponent, h, onBeforeUnmount, onMounted, useTemplateRef, watch } from 'vue'
import { words } from '../wording/language.ts'
import { useShare } from './formula-share.ts'
import { scrollerAttributes, useOverflow } from './overflow.ts'
import { useDeferredWork } from './deferred-work.ts'

export default defineComponent({
  name: 'FormulaText',
  props: {
    tex: { type: String, required: true },
    /** As it was written, with what marks it as a formula. */
    source: { type: String, required: true },
    /** On a line of its own. */
    display: { type: Boolean, required: true },
    /** Its end has not arrived. */
    open: { type: Boolean, required: true },
  },
  setup(props) {
    const scroller = useTemplateRef<HTMLElement>('scroller')
    const content = useTemplateRef<HTMLElement>('content')
    const overflows = useOverflow(scroller, content)

    const share = useShare()
    const deferred = useDeferredWork()
    /** It has been counted; its elements, once they are there. */
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
          // ignored because: it stays its source, which is all that is known.
        }
      })
    }
    const look = (): void => {
      // ignored because: without the part of the page that sets it, it stays its source as well.
      set().catch(() => null)
    }
    onBeforeUnmount(() => {
      share.formulas += counted ? 1 : 0
      share.elements += elements
    })
    // What Vue keeps here is the source, as one text; when that changes it replaces all there is.
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
