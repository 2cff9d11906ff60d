// Escape stops for everyone, so it counts only where it is meant: in the composer or the conversation.
import { type ShallowRef, watch } from 'vue'

/** Calls `stop` on Escape while `running`, with the focus in a text field or the log inside `root`. */
export function useEscape(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  running: () => boolean,
  stop: () => void,
): void {
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing || event.repeat || !running()) return
    const focused = event.target instanceof Element ? event.target : null
    if (!focused?.closest('textarea, [role="log"]')) return
    event.preventDefault()
    stop()
  }
  watch(root, (element, _before, onCleanup) => {
    element?.addEventListener('keydown', onKeydown)
    onCleanup(() => element?.removeEventListener('keydown', onKeydown))
  })
}
