// The newest entries of a room, which a Room keeps to serve tails from.
import type { Entry, UnknownEntry } from '@roomcast/shared/protocol'
import { LIMITS } from '@roomcast/shared/protocol'

/** Entries kept to serve tails; a client that was away for longer gets a snapshot. */
const RECENT = 500

/** The newest of these entries: at most RECENT of them, and no more text than a room shows. */
export function newestOf(entries: readonly (Entry | UnknownEntry)[]): (Entry | UnknownEntry)[] {
  let left: number = LIMITS.windowBytes
  const last = entries.findLastIndex((entry) => (left -= textLength(entry)) < 0)
  return entries.slice(Math.max(last + 1, entries.length - RECENT))
}

export function textLength(entry: Entry | UnknownEntry): number {
  return 'text' in entry ? String(entry.text).length : 0
}
