// A table. It scrolls by itself if it is too wide, and can be copied as it was written.
import { defineComponent, h, type PropType, useTemplateRef, type VNode } from 'vue'
import { words } from '../wording/language.ts'
import CopyButton from './copy-button.ts'
import { scrollerAttributes, useOverflow } from './overflow.ts'

/** Matches a text whose first letter belongs to a right-to-left script. */
const FROM_THE_RIGHT = /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u

export default defineComponent({
  name: 'TableBlock',
  props: {
    /** Null: the table is nested in another block and copied with it. */
    source: { type: [String, null] as PropType<string | null>, required: true },
    rows: { type: Array as PropType<(VNode | string)[]>, required: true },
  },
  setup(props) {
    const scroller = useTemplateRef<HTMLElement>('scroller')
    const table = useTemplateRef<HTMLElement>('table')
    const overflows = useOverflow(scroller, table)
    return () => {
      const named = scrollerAttributes(overflows.value, words.reading.table)
      // Not `auto`: that would ignore the cells, which have a direction of their own.
      const dir = FROM_THE_RIGHT.test(props.source ?? '') ? { dir: 'rtl' } : {}
      const rows = h('table', { ref: 'table', ...dir }, props.rows)
      const frame = h('div', { ref: 'scroller', class: 'table', ...named }, [rows])
      if (props.source === null) return frame
      const copy = { text: props.source, name: words.reading.copyTable, shown: () => table.value }
      return h('div', { class: 'table-frame' }, [
        frame,
        h('div', { class: 'table-bar' }, h(CopyButton, copy)),
      ])
    }
  },
})
