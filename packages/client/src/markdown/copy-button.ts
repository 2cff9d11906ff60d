// A button that copies something. CSS draws its label, so that the text of an answer is the answer and nothing else.
import { defineComponent, h, onScopeDispose, type PropType, ref } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { copyText } from '../browser/copy-text.ts'
import { words } from '../wording/language.ts'

const CONFIRM_MS = 2_000

export default defineComponent({
  name: 'CopyButton',
  props: {
    text: { type: String, required: true },
    name: { type: String, required: true },
    /** The node to select if the browser does not let a page copy, so that the reader can copy it by hand. */
    shown: { type: Function as PropType<() => Node | null>, required: true },
  },
  setup(props) {
    const copied = ref(false)
    let forget = (): void => undefined
    onScopeDispose(() => forget())

    const copy = async (): Promise<void> => {
      copied.value = await copyText(props.text)
      const node = props.shown()
      if (!copied.value && node) document.getSelection()?.selectAllChildren(node)
      forget()
      forget = browserClock.after(CONFIRM_MS, () => (copied.value = false))
    }
    return () =>
      h('button', {
        type: 'button',
        class: 'bar-button',
        'data-testid': 'copy-block',
        'data-label': copied.value ? words.common.copied : words.common.copy,
        'aria-label': copied.value ? words.common.copied : props.name,
        onClick: () => void copy(),
      })
  },
})
