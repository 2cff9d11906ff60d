// Entries for a reader who was not there: without the text that later entries among them retract.
import type { Entry, UnknownEntry } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'

/**
 * The entries, with blanks for the text, and without the quote, of each message that a later one of them retracts.
 * There is one blank per byte: the bytes decide how many messages a room shows, and all followers must show the same.
 */
export function withoutRetracted(
  entries: readonly (Entry | UnknownEntry)[],
): readonly (Entry | UnknownEntry)[] {
  const known = entries as readonly Entry[]
  const retracted = new Set(
    known.flatMap((entry) => (entry.type === 'message-retracted' ? [entry.messageId] : [])),
  )
  if (retracted.size === 0) return entries
  return known.map((entry) => {
    if (entry.type !== 'message-posted' && entry.type !== 'message-edited') return entry
    if (!retracted.has(entry.messageId)) return entry
    const blank = { ...entry, text: ' '.repeat(byteLength(entry.text)) }
    if ('quote' in blank) delete blank.quote
    return blank
  })
}
