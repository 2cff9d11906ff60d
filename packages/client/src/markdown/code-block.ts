// A code block: its language and a button that copies it. Label and icon are drawn by CSS, so that the
// text of the element is the code and nothing else.
import { defineComponent, h, onScopeDispose, ref } from 'vue'
import { browserClock } from '../clock.ts'
import { copyText } from '../copy-text.ts'

const CONFIRM_MS = 1500

export default defineComponent({
  name: 'CodeBlock',
  props: {
    code: { type: String, required: true },
    language: { type: String, required: true },
  },
  setup(props) {
    const copied = ref(false)
    let forget = (): void => undefined
    onScopeDispose(() => forget())

    const copy = async (): Promise<void> => {
      copied.value = await copyText(props.code)
      forget()
      forget = browserClock.after(CONFIRM_MS, () => (copied.value = false))
    }
    return () =>
      h('div', { class: 'code' }, [
        h('div', { class: 'code-bar', 'data-language': props.language || 'text' }, [
          h('button', {
            type: 'button',
            class: ['copy', { copied: copied.value }],
            'aria-label': copied.value ? 'Copied' : 'Copy code',
            onClick: () => void copy(),
          }),
        ]),
        h('pre', { dir: 'ltr' }, h('code', props.code.replace(/\n$/, ''))),
      ])
  },
})
