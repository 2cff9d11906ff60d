// Folds entries into a docket. Unlike the fold of a screen, it does not wait for text: rules must not depend on text.
import type { Entry, EntryType, MemberId, UnknownEntry } from '@roomcast/shared/protocol'
import type { Docket, Membership } from './docket.ts'
import type { Draft } from './draft.ts'
import { ENTRIES, type EntryKind } from './entries.ts'

/** Gives the docket after an entry, which must be the next one. An entry of an unknown type only advances the offset. */
export function docketAfter(docket: Docket, entry: Entry | UnknownEntry): Docket {
  return docketAfterAll(docket, [entry])
}

/** The same after many entries, which must be the next ones. */
export function docketAfterAll(docket: Docket, entries: readonly (Entry | UnknownEntry)[]): Docket {
  let after = docket
  // Copied once for all entries: a room may have had thousands of members.
  let members: Map<MemberId, Membership> | null = null
  const changeMembers = () => (members ??= new Map(docket.members))
  for (const entry of entries) {
    const { type } = entry
    const kind = Object.hasOwn(ENTRIES, type)
      ? (ENTRIES[type as EntryType] as EntryKind<EntryType>)
      : null
    const changed = kind?.change?.(after, entry as never, changeMembers)
    after = { ...after, ...changed, offset: entry.offset }
  }
  return after
}

/** The docket after drafts that are not written yet. @param at their time if it is known, ms since 1970 */
export function withDrafts(docket: Docket, drafts: readonly Draft[], at = 0): Docket {
  return drafts.reduce((now, draft) => {
    // Only the fields that a docket needs: the log adds the real offset, time and seal.
    const entry = { end: 0, digest: '', ...draft, offset: now.offset + 1, at }
    return docketAfter(now, entry)
  }, docket)
}
