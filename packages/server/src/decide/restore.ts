// Finds the place of an entry that was shown and acknowledged and then lost by the storage. The entry is placed, not judged:
// judging it again could refuse something already granted, such as a question for which the queue is full by now.
import type { Entry, EntryType } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import { ENTRIES, type EntryKind } from './entries.ts'
import type { Remains, Restored } from './remains.ts'

const THERE: Restored = { drafts: [], isPlaced: true }
const NOWHERE: Restored = { drafts: [], isPlaced: false }

/**
 * Places one entry, with its original ids.
 * @param docket of the room as it is now, with the entries placed so far; it has no such entry at this offset or later
 */
export function restore(docket: Docket, lost: Entry, remains: Remains): Restored {
  // Only a later program knows how to place an entry of a later version.
  if (!Object.hasOwn(ENTRIES, lost.type)) return NOWHERE
  const kind = ENTRIES[lost.type] as EntryKind<EntryType>
  const place = kind.restore(docket, lost, remains)
  if (place === 'there') return THERE
  if (typeof place === 'object') return place
  const { offset: _, at: _at, ...draft } = lost
  return place ? { drafts: [draft], isPlaced: true } : NOWHERE
}
