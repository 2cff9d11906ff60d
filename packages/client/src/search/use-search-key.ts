// Opens the search from the keyboard, without replacing the browser's own search.
import { onScopeDispose } from 'vue'

/** Calls `open` on Ctrl/⌘+Shift+F, and on a slash outside text fields. */
export function useSearchKey(open: () => void): void {
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.altKey || document.querySelector('dialog[open]')) return
    const modified = event.ctrlKey || event.metaKey
    const chord = event.code === 'KeyF' && event.shiftKey && modified
    const slash = event.key === '/' && !modified && !isWriting(event.target)
    if (!chord && !slash) return
    event.preventDefault()
    open()
  }
  document.addEventListener('keydown', onKeydown)
  onScopeDispose(() => document.removeEventListener('keydown', onKeydown))
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  )
}
