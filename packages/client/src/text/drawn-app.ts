// The one way by which text comes onto the page: whatever a component draws, of whomever, and wherever it draws it, goes
// through the same guard, so that no name, title, reason, quote or answer paints over what others said or turns it around.
// Only what stands in a field is left as it is: it is what is written there.
import { type App, type Component, createRenderer, nodeOps, patchProp } from 'vue'
import { drawnAttribute, drawnText } from './drawable.ts'

/** Attributes that are shown, or read aloud. */
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

/** As Vue's own `createApp`, for the page. */
export function createDrawnApp(root: Component, properties: Record<string, unknown>): App<Element> {
  return createDrawn(root, properties)
}
