// Entries as they are decided: the log adds their offset and time.
import type { EntryDraft, EntryType } from '@roomcast/shared/protocol'

type Complete<T extends EntryType> = Extract<EntryDraft, { readonly type: T }>
/** The end of a generation before the log has sealed it with the length and digest of the stored text. */
export type EndDraft = Omit<Complete<'generation-ended'>, 'end' | 'digest'>
export type Draft = Exclude<EntryDraft, { readonly type: 'generation-ended' }> | EndDraft
export type DraftOf<T extends EntryType> = T extends 'generation-ended' ? EndDraft : Complete<T>
