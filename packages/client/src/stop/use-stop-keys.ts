// Keys that stop the answer, for everyone. Escape is pressed by habit, so the first one only asks for a second, and it
// counts only where it is meant: in the composer or the conversation. With nothing to stop it leaves the field.
import { onScopeDispose, type Ref, type ShallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { preferences } from '../preferences/preferences.ts'
import type { Aim } from '../aim/use-aim.ts'
import { useDoublePress } from '../ui/use-double-press.ts'

/**
 * Calls `stop` at the second Escape with the focus in a text field or the log inside `root`, and at Ctrl+. at once.
 * @param stoppable what can be stopped now: another value for each answer, null while there is none or it was stopped
 * @param aim at the answer on the screen
 * @returns whether one more Escape stops
 */
export function useStopKeys(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  stoppable: () => string | null,
  aim: Aim,
  stop: () => void,
): Readonly<Ref<boolean>> {
  const { armed, press, disarm } = useDoublePress(browserClock)
  // At once: a second press must never find the first one of another answer.
  watch(stoppable, disarm, { flush: 'sync' })

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.repeat || event.shiftKey) return
    const focused = event.target instanceof HTMLElement ? event.target : null
    if (!focused?.closest('textarea, [role="log"]')) return
    // The browser closes what is open in front of the page.
    if (event.defaultPrevented || document.querySelector(':popover-open')) return
    event.preventDefault()
    if (!preferences.value.escapeStops) return focused.blur()
    // What it was meant for has just ended, or has just come.
    if (aim.fresh.value) return void aim.hits()
    if (stoppable() === null) focused.blur()
    else if (press()) stop()
  }
  watch(root, (element, _before, onCleanup) => {
    element?.addEventListener('keydown', onEscape)
    onCleanup(() => element?.removeEventListener('keydown', onEscape))
  })

  const onStopKey = (event: KeyboardEvent): void => {
    if (event.key !== '.' || !(event.ctrlKey || event.metaKey) || event.altKey) return
    if (document.querySelector('dialog[open]')) return
    if (stoppable() === null && !aim.fresh.value) return
    event.preventDefault()
    if (!event.repeat) stop()
  }
  document.addEventListener('keydown', onStopKey)
  onScopeDispose(() => {
    disarm()
    document.removeEventListener('keydown', onStopKey)
  })
  return armed
}
