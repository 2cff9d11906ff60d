// Focuses the message field of the open room.
import { nextTick } from 'vue'
import { isTouch } from '../preferences/preferences.ts'

export function focusComposer(): void {
  document.querySelector<HTMLElement>('.dock textarea')?.focus({ preventScroll: true })
}

/** Focuses it in a room that was just opened, except on touch screens, where a keyboard would cover the room. */
export async function beginToWrite(): Promise<void> {
  await nextTick()
  if (!isTouch) focusComposer()
}
