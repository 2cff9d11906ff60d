// Keys that stop the answer for everyone. People press Escape by habit, so the first press only arms the second, and it
// counts only in the composer or the conversation. With nothing to stop, Escape leaves the field.
import { onScopeDispose, type Ref, type ShallowRef, watch } from 'vue'
import { browserClock } from '../browser/clock.ts'
import { preferences } from '../preferences/preferences.ts'
import type { Aim } from '../aim/use-aim.ts'
import { useDoublePress } from '../ui/use-double-press.ts'

/**
 * Calls `stop` on the second Escape in a text field or the log inside `root`, and immediately on Ctrl+.
 * @param stoppable the id of the answer that can be stopped now; null if there is none or it is being stopped
 * @param aim the aim at the answer on the screen
 * @returns whether another Escape stops the answer
 */
export function useStopKeys(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  stoppable: () => string | null,
  aim: Aim,
  stop: () => void,
): Readonly<Ref<boolean>> {
  const { armed, press, disarm } = useDoublePress(browserClock)
  // Synchronous: a second press must never count with a first one that was for another answer.
  watch(stoppable, disarm, { flush: 'sync' })

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.repeat || event.shiftKey) return
    const focused = event.target instanceof HTMLElement ? event.target : null
    if (!focused?.closest('textarea, [role="log"]')) return
    // The browser uses this Escape to close a popover.
    if (event.defaultPrevented || document.querySelector(':popover-open')) return
    event.preventDefault()
    if (!preferences.value.escapeStops) return focused.blur()
    // The answer has just ended or just appeared, so the press may be meant for another one.
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
