// The place of an entry that was shown and acknowledged, and that the storage has lost. It is placed and not judged: a judge would
// refuse a thing that had been granted, such as a question for which the queue is full by now.
import type { Entry, EntryType, GenerationId, MessageId } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import { ENTRIES, type EntryKind } from './entries.ts'

/** The remains of messages and generations that were lost, or that lost entries are about. */
export interface Remains {
  /** Null: the room has no such message. */
  message(messageId: MessageId): { readonly isRetracted: boolean } | null
  generation(generationId: GenerationId): { readonly hasEnded: boolean } | null
  /** Its end was lost, too, and is placed later. */
  endsLater(generationId: GenerationId): boolean
}

export interface Restored {
  readonly drafts: readonly Draft[]
  /** Whether it has its place again: among the drafts, or because it is there. */
  readonly isPlaced: boolean
}

const THERE: Restored = { drafts: [], isPlaced: true }
const NOWHERE: Restored = { drafts: [], isPlaced: false }

/**
 * Places one entry, with its own ids.
 * @param docket of the room as it is now, with what was placed before; it has no such entry at this offset or later
 */
export function restore(docket: Docket, lost: Entry, remains: Remains): Restored {
  // How to place one of a later version, only a later program knows.
  if (!Object.hasOwn(ENTRIES, lost.type)) return NOWHERE
  const kind = ENTRIES[lost.type] as EntryKind<EntryType>
  const place = kind.restore(docket, lost, remains)
  if (place === 'there') return THERE
  if (typeof place === 'object') return place
  const { offset: _, at: _at, ...draft } = lost
  return place ? { drafts: [draft], isPlaced: true } : NOWHERE
}
