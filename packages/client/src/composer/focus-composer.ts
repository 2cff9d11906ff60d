// To the message field of the room that is open.
import { nextTick } from 'vue'
import { isTouch } from '../preferences/preferences.ts'

export function focusComposer(): void {
  document.querySelector<HTMLElement>('.dock textarea')?.focus({ preventScroll: true })
}

/** The same for a room that has just been gone to. Not where it would open a keyboard over it. */
export async function beginToWrite(): Promise<void> {
  await nextTick()
  if (!isTouch) focusComposer()
}
