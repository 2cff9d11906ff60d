// A formula: its source until it can be set, and for good where it cannot.
import { defineComponent, h, onMounted, useTemplateRef, watch } from 'vue'
import { words } from '../wording/language.ts'
import { scrollerAttributes, useOverflow } from './overflow.ts'

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

    const set = async (): Promise<void> => {
      const { tex, display, open } = props
      if (open) return
      try {
        const { typeset } = await import('./formulas.ts')
        if (props.open || props.tex !== tex) return
        content.value?.replaceChildren(...typeset(tex, display))
      } catch {
        // ignored because: it stays its source, which is all that is known.
      }
    }
    // What Vue keeps here is the source, as one text; when that changes it replaces all there is.
    onMounted(() =>
      watch(() => [props.source, props.display, props.open], set, {
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
