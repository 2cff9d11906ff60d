// The caret of an answer being written stands after its last character. This code marks the one element that shows it:
// a CSS selector for it (`:last-child`, `:has`) would make the browser check every item of a list again for each new one.
import { getCurrentInstance, onMounted, onUpdated } from 'vue'

/** Shows the caret at the end of the text that this component draws. @param isWriting whether to show it */
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

/** The element in which the last text of another element ends. Null if that has no place for a caret, such as a table. */
function caretPlace(element: Element): Element | null {
  const last = element.lastElementChild
  if (last?.matches('ul, ol, blockquote')) return caretPlace(last)
  if (last?.matches('li'))
    return last.querySelector(':scope > :is(ul, ol, p, .code)') ? caretPlace(last) : last
  if (last?.matches('.code')) return last.querySelector('code')
  return last?.matches('p, h3, h4, h5, h6') ? last : null
}
