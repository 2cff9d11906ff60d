// The caret of an answer that is being written stands after its last character. The one element that shows it is named here: a
// selector that finds it (`:last-child`, `:has`) makes the browser look at every item of a list again with each one that comes.
import { getCurrentInstance, onMounted, onUpdated } from 'vue'

const CLASS = 'caret'
const TEXT = 'p, h3, h4, h5, h6'
const LISTS = 'ul, ol'
const WITHIN_ITEM = 'ul, ol, p, .code'
/** Lists within each other in which it is shown. */
const DEEPEST_LIST = 2

/** Shows the caret at the end of what this component draws. @param isWriting whether there is one */
export function useCaret(isWriting: () => boolean): void {
  const instance = getCurrentInstance()
  let shown: Element | null = null
  const place = (): void => {
    const element: unknown = instance?.vnode.el
    const text = element instanceof Node ? element.parentElement : null
    const now = text && isWriting() ? caretPlace(text) : null
    if (shown !== now) shown?.classList.remove(CLASS)
    // Vue may have drawn the element anew in its place.
    now?.classList.add(CLASS)
    shown = now
  }
  onMounted(place)
  onUpdated(place)
}

/** The element whose text ends last. Null: what is written now has no place for a caret, as a table. */
function caretPlace(text: Element): Element | null {
  const block = text.lastElementChild
  if (block === null) return null
  if (block.matches(TEXT)) return block
  if (block.matches('.code')) return block.querySelector('code')
  if (block.matches('blockquote')) return paragraph(block.lastElementChild)
  return block.matches(LISTS) ? itemPlace(block, DEEPEST_LIST) : null
}

function itemPlace(list: Element, deepest: number): Element | null {
  const item = list.lastElementChild
  if (item === null || deepest === 0) return null
  const last = item.lastElementChild
  if (last?.matches(LISTS)) return itemPlace(last, deepest - 1)
  const hasBlocks = [...item.children].some((child) => child.matches(WITHIN_ITEM))
  return hasBlocks ? paragraph(last) : item
}

function paragraph(element: Element | null): Element | null {
  return element?.matches('p') ? element : null
}
