// Escape stops for everyone, so it counts only where it is meant: in the composer or the conversation. Where it
// has nothing to stop, it leaves the field.
import { type ShallowRef, watch } from 'vue'
import { preferences } from '../preferences.ts'

/**
 * Calls `stop` on Escape, with the focus in a text field or the log inside `root`.
 * @param mayStop Claude is answering, and was not stopped yet
 */
export function useEscape(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  mayStop: () => boolean,
  stop: () => void,
): void {
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing || event.repeat || event.shiftKey) return
    const focused = event.target instanceof HTMLElement ? event.target : null
    if (!focused?.closest('textarea, [role="log"]') || focused.closest('[popover]')) return
    event.preventDefault()
    if (mayStop() && preferences.value.escapeStops) stop()
    else focused.blur()
  }
  watch(root, (element, _before, onCleanup) => {
    element?.addEventListener('keydown', onKeydown)
    onCleanup(() => element?.removeEventListener('keydown', onKeydown))
  })
}
