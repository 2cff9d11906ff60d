// The docket of a room: all that rules ask of it, and nothing that was said. It is folded from the entries alone, so whoever has those has it.
import type {
  Entry,
  EntryOf,
  GenerationId,
  Inviters,
  MemberId,
  MessageId,
  Role,
  UnknownEntry,
} from '@roomcast/shared/protocol'

export interface Membership {
  readonly name: string
  readonly role: Role
  /** How they went; null: they are a member. */
  readonly gone: 'left' | 'removed' | null
}

/** A question in the queue. */
export interface Asked {
  readonly messageId: MessageId
  readonly by: MemberId
  /** Undefined: that of the room. */
  readonly model: string | undefined
  /** When it was asked, ms since 1970 by the storage's clock. */
  readonly at: number
}

export interface Docket {
  /** Of the last entry; 0 before the first. */
  readonly offset: number
  readonly title: string
  readonly model: string
  readonly inviters: Inviters
  readonly members: ReadonlyMap<MemberId, Membership>
  /** Offset of the last entry that changed the members or ended invites. */
  readonly admission: number
  readonly running: GenerationId | null
  /** Of the generation that started last; 0 before the first. */
  readonly number: number
  /** Oldest first. */
  readonly queue: readonly Asked[]
  /** The queue waits until somebody resumes it. */
  readonly held: boolean
  /** The questions that were asked last, oldest first. Each is put in the queue right after, or much later by a repair. */
  readonly asked: readonly Asked[]
}

/** More than can be asked in the seconds that a repair looks back. */
const MOST_ASKED = 100

export const EMPTY_DOCKET: Docket = {
  offset: 0,
  title: '',
  model: '',
  inviters: 'all',
  members: new Map(),
  admission: 0,
  running: null,
  number: 0,
  queue: [],
  held: false,
  asked: [],
}

/** Gives the docket after an entry, which must be the next one. One of an unknown type has its place in the order only. */
export function docketAfter(docket: Docket, entry: Entry | UnknownEntry): Docket {
  return docketAfterAll(docket, [entry])
}

/** The same after many, which are the next ones. */
export function docketAfterAll(docket: Docket, entries: readonly (Entry | UnknownEntry)[]): Docket {
  let after = docket
  // Copied once for all: a room may have had thousands of members.
  let members: Map<MemberId, Membership> | null = null
  const changeMembers = () => (members ??= new Map(docket.members))
  for (const entry of entries) {
    const changed = change(after, entry as Entry, changeMembers)
    after = { ...after, ...changed, offset: entry.offset }
  }
  return after
}

function change(
  docket: Docket,
  entry: Entry,
  changeMembers: () => Map<MemberId, Membership>,
): Partial<Docket> {
  switch (entry.type) {
    case 'room-created':
      return { title: entry.title, model: entry.model }
    case 'member-joined':
      return admitted(changeMembers(), entry)
    case 'member-left':
      return dismissed(changeMembers(), entry)
    case 'settings-changed':
      return {
        title: entry.title ?? docket.title,
        model: entry.model ?? docket.model,
        inviters: entry.inviters ?? docket.inviters,
      }
    case 'invites-ended':
      return { admission: entry.offset }
    case 'message-posted':
      return entry.ask ? { asked: [...docket.asked, askedIn(entry)].slice(-MOST_ASKED) } : {}
    case 'question-queued':
      return queued(docket, entry.messageId)
    case 'message-retracted':
    case 'question-withdrawn':
      return without(docket, entry.messageId)
    case 'queue-resumed':
      return { held: false }
    case 'generation-started':
      return {
        running: entry.generationId,
        number: entry.number,
        queue: docket.queue.filter(({ messageId }) => messageId !== entry.messageId),
      }
    case 'generation-ended':
      return { running: null, held: entry.held }
    case 'invite-made':
    case 'message-edited':
      return {}
    default:
      // An entry of a later version.
      return {}
  }
}

function askedIn({ messageId, by, model, at }: EntryOf<'message-posted'>): Asked {
  return { messageId, by, model, at }
}

function admitted(
  members: Map<MemberId, Membership>,
  { memberId, name, role, offset }: EntryOf<'member-joined'>,
): Partial<Docket> {
  return { members: members.set(memberId, { name, role, gone: null }), admission: offset }
}

function dismissed(
  members: Map<MemberId, Membership>,
  { memberId, by, offset }: EntryOf<'member-left'>,
): Partial<Docket> {
  const known = members.get(memberId)
  if (known) members.set(memberId, { ...known, gone: by === memberId ? 'left' : 'removed' })
  return { members, admission: offset }
}

function queued({ queue, asked }: Docket, messageId: MessageId): Partial<Docket> {
  const question = asked.findLast((one) => one.messageId === messageId)
  return question ? { queue: [...queue, question] } : {}
}

/** A queue that becomes empty is not held any more. */
function without({ queue, held }: Docket, messageId: MessageId): Partial<Docket> {
  const left = queue.filter((asked) => asked.messageId !== messageId)
  return { queue: left, held: held && left.length > 0 }
}

/** Somebody who is a member now. */
export function memberIn({ members }: Docket, memberId: MemberId): Membership | null {
  const known = members.get(memberId)
  return known?.gone === null ? known : null
}

export function isOwner(docket: Docket, memberId: MemberId): boolean {
  return memberIn(docket, memberId)?.role === 'owner'
}
