// Entries as they are decided: place and time are the log's.
import type { EntryDraft, EntryType } from '@roomcast/shared/protocol'
import { type Docket, docketAfter } from './docket.ts'

type DraftOf<T extends EntryType> = Extract<EntryDraft, { readonly type: T }>
/** The end of a generation before the log has sealed it with the length and digest of what it has stored. */
export type EndDraft = Omit<DraftOf<'generation-ended'>, 'end' | 'digest'>
export type Draft = Exclude<EntryDraft, { readonly type: 'generation-ended' }> | EndDraft

/** The docket after drafts that are yet to be written. @param at their time, as far as it is known, ms since 1970 */
export function withDrafts(docket: Docket, drafts: readonly Draft[], at = 0): Docket {
  return drafts.reduce((now, draft) => {
    // As much of an entry as a docket needs: the log gives it its place, its time and its seal.
    const entry = { end: 0, digest: '', ...draft, offset: now.offset + 1, at }
    return docketAfter(now, entry)
  }, docket)
}
