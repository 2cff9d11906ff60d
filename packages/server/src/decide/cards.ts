// The index card of an entry: all that a log has to know about it to find it again, so that the log itself need not know what
// any entry means.
import type { EntryOf, EntryType, MemberId, Role } from '@roomcast/shared/protocol'
import type { Docket } from './docket.ts'
import type { Draft, EndDraft } from './draft.ts'

/** The words of a card. */
export interface Card {
  /** Decisions may depend on it: whoever has decided without knowing it has to decide again. */
  readonly rules: boolean
  /** A message or an answer begins with it, and is found by this name. */
  readonly begins?: string
  /** Who begins it. */
  readonly by?: string
  /** It says something later about what was begun under that name: the newest of its kind (`as`) is given with it. */
  readonly about?: { readonly subject: string; readonly as: '' | 'e:' | 'r:' }
  /** Other things that are found by a name. */
  readonly index?: Readonly<Record<string, string>>
  /** Somebody is a member from now on, or is gone. */
  readonly member?:
    | { readonly id: MemberId; readonly is: { readonly name: string; readonly role: Role } }
    | { readonly id: MemberId; readonly gone: 'left' | 'removed' }
  /** A generation runs from now on. Its fence is its number, unless it had another before it was lost. */
  readonly starts?: {
    readonly id: string
    readonly number: string
    readonly message: string
    readonly fence?: string
  }
  /** The generation that runs no more. */
  readonly ends?: string
}

type DraftOf<T extends EntryType> = T extends 'generation-ended'
  ? EndDraft
  : Omit<EntryOf<T>, 'offset' | 'at'>
type Maker<T extends EntryType> = (draft: DraftOf<T>) => Omit<Card, 'rules'>

/** Whether decisions depend on entries of a type. A type without a word here does not compile. */
const RULES: Readonly<Record<EntryType, boolean>> = {
  'room-created': true,
  'member-joined': true,
  'member-left': true,
  'settings-changed': true,
  'invite-made': false,
  'invites-ended': true,
  'message-posted': false,
  'message-edited': false,
  'message-retracted': true,
  'question-queued': true,
  'question-withdrawn': true,
  'queue-resumed': true,
  'generation-started': true,
  'generation-ended': true,
}

/** Whether an entry of a type begins a message or an answer, or says something later about one. `MAKERS` says the same. */
const PARTS: Readonly<Record<EntryType, 'begins' | 'later' | null>> = {
  'room-created': null,
  'member-joined': null,
  'member-left': null,
  'settings-changed': null,
  'invite-made': null,
  'invites-ended': null,
  'message-posted': 'begins',
  'message-edited': 'later',
  'message-retracted': 'later',
  'question-queued': null,
  'question-withdrawn': 'later',
  'queue-resumed': null,
  'generation-started': 'begins',
  'generation-ended': 'later',
}
/** The types of entries that begin a message or an answer. */
export const BEGINNINGS = typesThat('begins')
/** The types of entries that say something later about one. */
export const LATER = typesThat('later')

function typesThat(part: 'begins' | 'later'): readonly EntryType[] {
  return (Object.keys(PARTS) as EntryType[]).filter((type) => PARTS[type] === part)
}

const MAKERS: { readonly [T in EntryType]: Maker<T> } = {
  'room-created': () => ({}),
  'member-joined': ({ memberId: id, name, role }) => ({
    member: { id, is: { name, role } },
  }),
  'member-left': ({ memberId: id, by }) => ({
    member: { id, gone: by === id ? 'left' : 'removed' },
  }),
  'settings-changed': () => ({}),
  'invite-made': () => ({}),
  'invites-ended': () => ({}),
  'message-posted': ({ messageId, by, model }) => ({
    begins: `m:${messageId}`,
    by,
    ...(model === undefined ? {} : { index: { [`o:${messageId}`]: JSON.stringify(model) } }),
  }),
  'message-edited': ({ messageId }) => ({ about: { subject: `m:${messageId}`, as: 'e:' } }),
  'message-retracted': ({ messageId }) => ({ about: { subject: `m:${messageId}`, as: 'r:' } }),
  'question-queued': () => ({}),
  'question-withdrawn': ({ messageId }) => ({ about: { subject: `m:${messageId}`, as: '' } }),
  'queue-resumed': () => ({}),
  'generation-started': ({ generationId: id, number, messageId }) => ({
    begins: `g:${id}`,
    starts: { id, number: String(number), message: messageId },
  }),
  'generation-ended': ({ generationId: id }) => ({
    about: { subject: `g:${id}`, as: '' },
    ends: id,
  }),
}

/** Gives the card of an entry. Of one of a later version it only says that decisions may depend on it. */
export function cardOf(draft: Draft): Card {
  const { type } = draft
  if (!Object.hasOwn(MAKERS, type)) return { rules: doesRule(type) }
  const make = MAKERS[type] as (draft: Draft) => Omit<Card, 'rules'>
  return { rules: doesRule(type), ...make(draft) }
}

/** Whether decisions may depend on an entry of this type; on one of a later version they may. */
export function doesRule(type: string): boolean {
  return !Object.hasOwn(RULES, type) || RULES[type as EntryType]
}

/** The part of a room that is shown, or asked for, without reading the room. */
export interface Front {
  readonly title: string
  /** The question that could start as soon as somebody runs it, while nothing runs; empty: none. */
  readonly waits: string
}

export function frontOf({ title, queue, held }: Docket): Front {
  return { title, waits: held ? '' : (queue[0]?.messageId ?? '') }
}

/** The members of an object as they stand between the braces of its JSON. */
export function membersOf(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}
