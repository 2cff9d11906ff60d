// The caret of an answer that is being written stands after its last character. The one element that shows it is named here: a
// selector that finds it (`:last-child`, `:has`) makes the browser look at every item of a list again with each one that comes.
import { getCurrentInstance, onMounted, onUpdated } from 'vue'

/** Shows the caret at the end of what this component draws. @param isWriting whether there is one */
export function useCaret(isWriting: () => boolean): void {
  const instance = getCurrentInstance()
  let shown: Element | null = null
  const place = (): void => {
    const element: unknown = instance?.vnode.el
    const text = element instanceof Node ? element.parentElement : null
    shown?.classList.remove('caret')
    shown = text && isWriting() ? caretPlace(text) : null
    shown?.classList.add('caret')
  }
  onMounted(place)
  onUpdated(place)
}

/** The element whose text ends last in another. Null: what is written now has no place for a caret, as a table. */
function caretPlace(element: Element): Element | null {
  const last = element.lastElementChild
  if (last?.matches('ul, ol, blockquote')) return caretPlace(last)
  if (last?.matches('li'))
    return last.querySelector(':scope > :is(ul, ol, p, .code)') ? caretPlace(last) : last
  if (last?.matches('.code')) return last.querySelector('code')
  return last?.matches('p, h3, h4, h5, h6') ? last : null
}
