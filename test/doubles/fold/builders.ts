// Builders for parts of rooms.
import type { Entry, EntryDraft, Mark, Reply, RoomState } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { byteLength, emptyRoom, reduce } from '@roomcast/shared/room'

/** A running reply. */
export function aReply(text = '', marks: readonly Mark[] = []): Reply {
  return {
    kind: 'reply',
    generationId: 'generation-1',
    number: 1,
    offset: 2,
    at: 2,
    messageId: 'message-1',
    by: 'alice',
    mode: 'answer',
    model: 'claude',
    text,
    end: byteLength(text),
    marks,
    ended: null,
  }
}

/** Entries with dense offsets from `first` on; the time of each is its offset. */
export function entriesOf(drafts: readonly EntryDraft[], first = 1): Entry[] {
  return drafts.map((draft, index) => ({ offset: first + index, at: first + index, ...draft }))
}

export function aRoom(drafts: readonly EntryDraft[]): RoomState {
  return entriesOf(drafts).reduce(reduce, emptyRoom('room', 'epoch'))
}

export function said(text: string, messageId = text): EntryDraft {
  return { type: 'message-posted', messageId, by: 'alice', text, ask: false }
}

export function asked(messageId: string): EntryDraft {
  return { type: 'message-posted', messageId, by: 'alice', text: `${messageId}?`, ask: true }
}

export function queued(messageId: string): EntryDraft {
  return { type: 'question-queued', messageId }
}

export function started(number: number, messageId = 'message-1'): EntryDraft {
  return {
    type: 'generation-started',
    generationId: `generation-${number}`,
    number,
    mode: 'answer',
    messageId,
    by: 'alice',
    model: 'claude',
  }
}

export function ended(number: number, text: string, held = false): EntryDraft {
  return {
    type: 'generation-ended',
    generationId: `generation-${number}`,
    number,
    outcome: held ? 'cancelled' : 'completed',
    end: byteLength(text),
    digest: digest(text),
    held,
  }
}
