// Coloured code. It is drawn again only when the colours change, not for each piece of text after them.
import { defineComponent, h, type PropType, type VNode } from 'vue'
import type { Colour } from './highlight.ts'

function drawn(colour: Colour): VNode | string {
  if (typeof colour === 'string') return colour
  return h('span', { class: colour.classes }, colour.children.map(drawn))
}

export default defineComponent({
  name: 'ColouredCode',
  props: { colours: { type: Array as PropType<readonly Colour[]>, required: true } },
  setup: (props) => () => props.colours.map(drawn),
})
