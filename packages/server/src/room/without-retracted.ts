// A stretch of entries as it may be told to somebody who was not there: without what was retracted in it.
import type { Entry, UnknownEntry } from '@roomcast/shared/protocol'
import { byteLength } from '@roomcast/shared/room'

/**
 * The entries, with blanks instead of the text of what a later one of them retracts, and without its quote. There are as many
 * blanks as there were bytes: how many messages a room shows goes by that, and all who follow it show the same.
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
