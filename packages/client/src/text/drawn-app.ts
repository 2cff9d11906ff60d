// The only way for text to reach the page. All text that components draw goes through the same guard, so that no name,
// title, reason, quote or answer can paint over other people's text or change its direction. Only the text in a field is
// left unchanged, because it is what the member is writing.
import { type App, type Component, createRenderer, nodeOps, patchProp } from 'vue'
import { drawnAttribute, drawnText } from './drawable.ts'

/** Attributes that are shown or read aloud. */
const SAID = /^(?:title|placeholder|alt|aria-|data-)/

const { createApp: createDrawn } = createRenderer<Node, Element>({
  ...nodeOps,
  createText: (text) => nodeOps.createText(drawnText(text)),
  setText: (node, text) => nodeOps.setText(node, drawnText(text)),
  setElementText: (element, text) => nodeOps.setElementText(element, drawnText(text)),
  patchProp(element, key, before, after, ...rest) {
    const isSaid = typeof after === 'string' && SAID.test(key)
    patchProp(element, key, before, isSaid ? drawnAttribute(after) : after, ...rest)
  },
})

/** Like Vue's own `createApp`, but with the guard. */
export function createDrawnApp(root: Component, properties: Record<string, unknown>): App<Element> {
  return createDrawn(root, properties)
}
