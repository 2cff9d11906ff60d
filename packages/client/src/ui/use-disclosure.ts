// A button that opens and closes a popover. A popover closes by itself as soon as its button is pressed down, and
// the click that follows must not open it again.
import type { Ref } from 'vue'

export interface Disclosure {
  /** Must be called before the click, on pointerdown and keydown. */
  readonly note: () => void
  readonly toggle: () => void
}

export function useDisclosure(open: Ref<boolean>): Disclosure {
  let wasOpen = open.value
  return {
    note: () => void (wasOpen = open.value),
    toggle: () => {
      open.value = !wasOpen
      wasOpen = open.value
    },
  }
}
