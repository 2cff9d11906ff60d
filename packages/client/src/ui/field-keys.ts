// The effect of a key in a field of several lines: the composer, and the editor of a message. Keys of an input method
// composition never arrive here: see `compositions.ts`.

/** The part of a keyboard event that matters here. */
export type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether this key sends the text in the field. @param enterSends the reader's preference */
export function isSend(event: Key, enterSends: boolean): boolean {
  if (event.key !== 'Enter') return false
  if (event.ctrlKey || event.metaKey) return true
  return enterSends && !event.shiftKey && !event.altKey
}

/** Whether this key opens the member's own last message for editing. @param text the text in the field */
export function isEditLast(event: Key, text: string): boolean {
  const bare = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey
  return event.key === 'ArrowUp' && bare && text === ''
}
