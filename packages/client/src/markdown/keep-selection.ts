// Keeps the reader's selection while the text around it grows. Vue replaces the text of a node as a whole, and browsers
// then drop the part of a selection in that node.
import { getCurrentInstance, onBeforeUpdate, onUpdated } from 'vue'

interface Place {
  readonly node: Node
  readonly offset: number
  /** Within the component: characters from its beginning; outside: null. */
  readonly at: number | null
}

/** For a component whose text only grows: the same characters are selected after an update as before. */
export function keepSelection(): void {
  const instance = getCurrentInstance()
  const root = (): Node | null => {
    const element: unknown = instance?.vnode.el
    return element instanceof Node ? element : null
  }
  let kept: readonly [Place, Place] | null = null

  onBeforeUpdate(() => {
    kept = null
    const element = root()
    const selection = document.getSelection()
    if (!element || !selection || selection.isCollapsed) return
    const { anchorNode, anchorOffset, focusNode, focusOffset } = selection
    if (!anchorNode || !focusNode) return
    if (!element.contains(anchorNode) && !element.contains(focusNode)) return
    kept = [place(element, anchorNode, anchorOffset), place(element, focusNode, focusOffset)]
  })
  onUpdated(() => {
    const element = root()
    const selection = document.getSelection()
    if (!kept || !element || !selection) return
    const [anchor, focus] = kept
    const isThere =
      selection.anchorNode === anchor.node &&
      selection.anchorOffset === anchor.offset &&
      selection.focusNode === focus.node &&
      selection.focusOffset === focus.offset
    if (isThere) return
    const [from, to] = [resolve(element, anchor), resolve(element, focus)]
    if (from && to) selection.setBaseAndExtent(...from, ...to)
  })
}

function place(root: Node, node: Node, offset: number): Place {
  if (!root.contains(node)) return { node, offset, at: null }
  const range = document.createRange()
  range.setStart(root, 0)
  range.setEnd(node, offset)
  return { node, offset, at: range.toString().length }
}

function resolve(root: Node, { node, offset, at }: Place): [Node, number] | null {
  if (at === null) return node.isConnected ? [node, offset] : null
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  let left = at
  let last: Text | null = null
  while (texts.nextNode()) {
    const text = texts.currentNode
    if (!(text instanceof Text)) continue
    if (left <= text.length) return [text, left]
    left -= text.length
    last = text
  }
  return last && [last, last.length]
}
