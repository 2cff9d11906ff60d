// One answer as the room shows it, controlled by the test through `window.answer`.
import '@roomcast/client/styles/index.css'
import { createApp, h, nextTick, shallowRef } from 'vue'
import { browserClock } from '@roomcast/client/browser/clock.ts'
import { DEFERRED_WORK, DeferredWork } from '@roomcast/client/markdown/deferred-work.ts'
import MarkdownText from '@roomcast/client/markdown/markdown-text.ts'

const isCounting = location.hash === '#count'
const answer = shallowRef({ text: '', final: false })
/** The indexes of blocks that were redrawn after they were finished. */
const late = []
let renders = 0

/** Blocks that later text cannot change: two others had followed them before this frame. */
let finished = new Set()

function drawn(component) {
  renders += 1
  if (finished.has(component.$el)) late.push(component.$props.block.id)
}

const blocks = () => [...document.querySelectorAll('.markdown > *')]

const app = createApp({
  render: () =>
    h('div', { class: 'log', style: 'height: 100vh; overflow: auto' }, [
      h('div', { class: 'markdown' }, [
        h(MarkdownText, { source: answer.value.text, final: answer.value.final }),
      ]),
    ]),
})
app.provide(DEFERRED_WORK, new DeferredWork(browserClock))
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
    answer.value = { text, final }
    await nextTick()
    log.scrollTop = log.scrollHeight
  },
  /** Resolves once drawing has finished: a long answer is drawn over many frames. */
  async drawn() {
    for (let still = 0, last = -1; still < 5;) {
      await new Promise(requestAnimationFrame)
      const now = document.querySelectorAll('.markdown *').length
      still = now === last ? still + 1 : 0
      last = now
    }
  },
  blocks,
  isFinished: (element) => finished.has(element),
  counts: () => ({ renders, late }),
}
