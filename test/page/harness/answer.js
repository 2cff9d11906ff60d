// One answer in the room's own component, fed by the test. `window.answer` is what the test holds it by.
import '@roomcast/client/styles/index.css'
import { createApp, h, nextTick, shallowRef } from 'vue'
import ReplyMessage from '@roomcast/client/components/ReplyMessage.vue'

const EMPTY = {
  kind: 'reply',
  offset: 1,
  number: 1,
  generationId: 'g',
  messageId: 'm',
  by: 'ana',
  mode: 'answer',
  model: 'claude',
  at: 0,
  text: '',
  end: 0,
  marks: [{ kind: 'text', from: 0 }],
  ended: null,
}
const ENDED = { outcome: 'completed', at: 1 }

const isCounting = location.hash === '#count'
const reply = shallowRef(EMPTY)
/** The places of blocks that were drawn again although they were finished. */
const late = []
let renders = 0

/** Blocks that nothing which is still to come can change: two others have followed them before this frame. */
let finished = new Set()

function drawn(component) {
  renders += 1
  if (finished.has(component.$el)) late.push(component.$props.block.id)
}

const blocks = () => [...document.querySelectorAll('.markdown > *')]

const app = createApp({
  render: () =>
    h('div', { class: 'log', style: 'height: 100vh; overflow: auto' }, [
      h(ReplyMessage, {
        reply: reply.value,
        name: () => 'Ana',
        began: reply.value.ended ? null : 0,
        still: null,
        idle: true,
        newest: true,
        telling: true,
      }),
    ]),
})
if (isCounting) {
  app.mixin({
    updated() {
      if (this.$options.name === 'MarkdownBlock') drawn(this)
    },
  })
}
app.mount('#app')
const log = document.querySelector('.log')

window.answer = {
  /** Shows the answer so far, as one frame of the room would; `final`: it has ended. */
  async show(text, final) {
    if (isCounting) finished = new Set(blocks().slice(0, -2))
    reply.value = { ...EMPTY, text, end: text.length, ended: final ? ENDED : null }
    await nextTick()
    log.scrollTop = log.scrollHeight
  },
  blocks,
  isFinished: (element) => finished.has(element),
  counts: () => ({ renders, late }),
}
