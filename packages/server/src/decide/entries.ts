// Everything the server needs to know about each type of entry: whether decisions depend on it, how it is found again, what it
// changes in the docket, and where its place is after a loss. A type that is missing here does not compile.
import type { EntryOf, EntryType, MemberId, MessageId } from '@roomcast/shared/protocol'
import type { Card } from './card.ts'
import { type Asked, type Docket, memberIn, type Membership } from './docket.ts'
import type { DraftOf } from './draft.ts'
import { endOf } from './end.ts'
import type { Remains, Restored } from './remains.ts'
import { startOf } from './start.ts'

/** More questions than can be asked in the seconds that a repair looks back. */
const MOST_ASKED = 100

type Members = Map<MemberId, Membership>

/** A card without the fields that are the same for all entries of the type. `about`: the name of a message or answer. */
type DraftedCard = Omit<Card, 'rules' | 'about'> & { readonly about?: string }

export interface EntryKind<T extends EntryType> {
  /**
   * Whether decisions depend on the entry. If not, it may still change the docket for a ruling entry of the same step: a
   * posted question does so for the `question-queued` after it.
   */
  readonly rules: boolean
  /** The entry begins a message or an answer. */
  readonly begins?: true
  /**
   * The entry is about an earlier message or answer, and this is its kind: the newest entry of each kind is read with that
   * message or answer. No two types about the same name share a kind (a test checks this).
   */
  readonly later?: string
  readonly card?: (draft: DraftOf<T>) => DraftedCard
  /** @param changeMembers gives a copy of the docket's members, to be changed */
  readonly change?: (
    docket: Docket,
    entry: EntryOf<T>,
    changeMembers: () => Members,
  ) => Partial<Docket>
  /**
   * Whether the entry has a place, unchanged, after a loss; or 'there' if it still exists, or the entries that take its place.
   * @param docket see `restore` in restore.ts
   */
  readonly restore: (
    docket: Docket,
    lost: EntryOf<T>,
    remains: Remains,
  ) => boolean | 'there' | Restored
}

export const ENTRIES: { readonly [T in EntryType]: EntryKind<T> } = {
  'room-created': {
    rules: true,
    change: (_, { title, model }) => ({ title, model }),
    restore: ({ offset }) => (offset > 0 ? 'there' : true),
  },

  'member-joined': {
    rules: true,
    card: ({ memberId: id, name, role }) => ({ member: { id, is: { name, role } } }),
    change: (_, { memberId, name, role, offset }, changeMembers) => ({
      members: changeMembers().set(memberId, { name, role, gone: null }),
      admission: offset,
    }),
    restore: ({ members }, { memberId }) => members.get(memberId)?.gone !== 'removed',
  },

  'member-left': {
    rules: true,
    card: ({ memberId: id, by }) => ({ member: { id, gone: by === id ? 'left' : 'removed' } }),
    change(_, { memberId, by, offset }, changeMembers) {
      const members = changeMembers()
      const known = members.get(memberId)
      if (known) members.set(memberId, { ...known, gone: by === memberId ? 'left' : 'removed' })
      return { members, admission: offset }
    },
    restore: (docket, { memberId }) => memberIn(docket, memberId) !== null,
  },

  'settings-changed': {
    rules: true,
    change: (docket, { title, model, inviters }) => ({
      title: title ?? docket.title,
      model: model ?? docket.model,
      inviters: inviters ?? docket.inviters,
    }),
    restore: () => true,
  },

  'invite-made': { rules: false, restore: () => true },

  'invites-ended': {
    rules: true,
    change: (_, { offset }) => ({ admission: offset }),
    restore: () => true,
  },

  'message-posted': {
    rules: false,
    begins: true,
    card: ({ messageId, by, model }) => ({
      begins: `m:${messageId}`,
      by,
      ...(model === undefined ? {} : { index: { [`o:${messageId}`]: JSON.stringify(model) } }),
    }),
    change: ({ asked }, { messageId, by, model, at, ask }) =>
      ask ? { asked: [...asked, { messageId, by, model, at }].slice(-MOST_ASKED) } : {},
    restore: (_, { messageId }, remains) => (remains.message(messageId) ? 'there' : true),
  },

  'message-edited': {
    rules: false,
    later: 'e:',
    card: ({ messageId }) => ({ about: `m:${messageId}` }),
    restore: (_, { messageId }, remains) => remains.message(messageId)?.isRetracted === false,
  },

  'message-retracted': {
    rules: true,
    later: 'r:',
    card: ({ messageId }) => ({ about: `m:${messageId}` }),
    change: (docket, { messageId }) => without(docket, messageId),
    restore: (_, { messageId }, remains) => remains.message(messageId)?.isRetracted === false,
  },

  'question-queued': {
    rules: true,
    change: (docket, { messageId }) => queued(docket, messageId),
    restore: (docket, { messageId }) => !waits(docket, messageId),
  },

  'question-withdrawn': {
    rules: true,
    later: '',
    card: ({ messageId }) => ({ about: `m:${messageId}` }),
    change: (docket, { messageId }) => without(docket, messageId),
    restore: (docket, { messageId }) => waits(docket, messageId),
  },

  'queue-resumed': {
    rules: true,
    change: () => ({ held: false }),
    restore: ({ held }) => held,
  },

  'generation-started': {
    rules: true,
    begins: true,
    card: ({ generationId: id, number, messageId }) => ({
      begins: `g:${id}`,
      starts: { id, number: String(number), message: messageId },
    }),
    change: ({ queue }, { generationId, number, messageId }) => ({
      running: generationId,
      number,
      queue: queue.filter((asked) => asked.messageId !== messageId),
    }),
    // If nothing runs, its owner carries on with it. If another generation runs by now, the question is queued again, unless
    // the end of its answer was lost too and is placed later.
    restore(docket, lost, remains) {
      const { offset: _, at: _at, ...draft } = lost
      const { generationId, mode, messageId } = draft
      if (remains.generation(generationId)) return 'there'
      if (docket.running === null)
        return { drafts: [startOf(docket, draft, draft.model)], isPlaced: true }
      const asksAgain =
        mode === 'answer' && !remains.endsLater(generationId) && !waits(docket, messageId)
      if (!asksAgain) return false
      return { drafts: [{ type: 'question-queued', messageId }], isPlaced: false }
    },
  },

  'generation-ended': {
    rules: true,
    later: '',
    card: ({ generationId: id }) => ({ about: `g:${id}`, ends: id }),
    change: (_, { held }) => ({ running: null, held }),
    restore(docket, lost, remains) {
      const { generationId } = lost
      if (docket.running === generationId) return { drafts: [endOf(docket, lost)], isPlaced: true }
      return remains.generation(generationId)?.hasEnded ? 'there' : false
    },
  },
}

function queued({ queue, asked }: Docket, messageId: MessageId): Partial<Docket> {
  const question: Asked | undefined = asked.findLast((one) => one.messageId === messageId)
  return question ? { queue: [...queue, question] } : {}
}

/** A queue that becomes empty is no longer held. */
function without({ queue, held }: Docket, messageId: MessageId): Partial<Docket> {
  const left = queue.filter((asked) => asked.messageId !== messageId)
  return { queue: left, held: held && left.length > 0 }
}

function waits({ queue }: Docket, messageId: MessageId): boolean {
  return queue.some((asked) => asked.messageId === messageId)
}
