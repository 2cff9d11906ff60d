// An entry as it is decided, before the log has given it its place.
import type { EntryDraft, EntryType } from '@roomcast/shared/protocol'

type DraftOf<T extends EntryType> = Extract<EntryDraft, { readonly type: T }>
/** The end of a generation before the log has sealed it with the length and digest of what it has stored. */
export type EndDraft = Omit<DraftOf<'generation-ended'>, 'end' | 'digest'>
/** An entry as it is decided; place and time are the log's. */
export type Draft = Exclude<EntryDraft, { readonly type: 'generation-ended' }> | EndDraft
