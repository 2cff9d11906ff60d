// The place of an entry that was shown and acknowledged, and that the storage has lost. It is placed and not judged: a judge would
// refuse a thing that had been granted, such as a question for which the queue is full by now.
import type { Entry, EntryOf, GenerationId, MessageId } from '@roomcast/shared/protocol'
import { type Docket, memberIn } from './docket.ts'
import type { Draft } from './draft.ts'
import { endOf } from './end.ts'
import { startOf } from './start.ts'

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
export function restore(docket: Docket, entry: Entry, remains: Remains): Restored {
  const { offset: _, at: _at, ...draft } = entry
  const where = (hasPlace: boolean): Restored =>
    hasPlace ? { drafts: [draft], isPlaced: true } : NOWHERE
  switch (entry.type) {
    case 'room-created':
      return docket.offset > 0 ? THERE : where(true)
    case 'member-joined':
      return where(docket.members.get(entry.memberId)?.gone !== 'removed')
    case 'member-left':
      return where(memberIn(docket, entry.memberId) !== null)
    case 'settings-changed':
    case 'invite-made':
    case 'invites-ended':
      return where(true)
    case 'message-posted':
      return remains.message(entry.messageId) ? THERE : where(true)
    case 'message-edited':
    case 'message-retracted':
      return where(remains.message(entry.messageId)?.isRetracted === false)
    case 'question-queued':
      return where(!waits(docket, entry.messageId))
    case 'question-withdrawn':
      return where(waits(docket, entry.messageId))
    case 'queue-resumed':
      return where(docket.held)
    case 'generation-started':
      return started(docket, entry, remains)
    case 'generation-ended':
      return ended(docket, entry, remains)
    default:
      // How to place one of a later version, only a later program knows.
      return NOWHERE
  }
}

function waits({ queue }: Docket, messageId: MessageId): boolean {
  return queue.some((asked) => asked.messageId === messageId)
}

/** Its owner goes on with it. Where another runs by now, its question waits, unless its answer was there in full. */
function started(docket: Docket, entry: EntryOf<'generation-started'>, remains: Remains): Restored {
  const { offset: _, at: _at, ...draft } = entry
  const { generationId, mode, messageId } = draft
  if (remains.generation(generationId)) return THERE
  if (docket.running === null)
    return { drafts: [startOf(docket, draft, draft.model)], isPlaced: true }
  const asksAgain =
    mode === 'answer' && !remains.endsLater(generationId) && !waits(docket, messageId)
  return asksAgain ? { drafts: [{ type: 'question-queued', messageId }], isPlaced: false } : NOWHERE
}

function ended(docket: Docket, entry: EntryOf<'generation-ended'>, remains: Remains): Restored {
  const { generationId } = entry
  if (docket.running !== generationId)
    return remains.generation(generationId)?.hasEnded ? THERE : NOWHERE
  return { drafts: [endOf(docket, entry)], isPlaced: true }
}
