// What a key does in a field for several lines: the composer, and the editor of a message. Keys that write a word in
// another script never come here: see `compositions.ts`.

/** The part of a keyboard event that decides. */
export type Key = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether this key sends what is in the field. @param enterSends what the person prefers */
export function isSend(event: Key, enterSends: boolean): boolean {
  if (event.key !== 'Enter') return false
  if (event.ctrlKey || event.metaKey) return true
  return enterSends && !event.shiftKey && !event.altKey
}

/** Whether this key asks for the own last message, to change it. @param text what the field holds */
export function isEditLast(event: Key, text: string): boolean {
  const bare = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey
  return event.key === 'ArrowUp' && bare && text === ''
}
