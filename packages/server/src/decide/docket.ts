// The docket of a room: everything the rules need to know, and the front of the room, but no texts. It is folded from the
// entries alone (fold.ts), so every node with the entries can build it.
import type { GenerationId, Inviters, MemberId, MessageId, Role } from '@roomcast/shared/protocol'

export interface Membership {
  readonly name: string
  readonly role: Role
  /** How the member went; null: still a member. */
  readonly gone: 'left' | 'removed' | null
}

/** A question in the queue. */
export interface Asked {
  readonly messageId: MessageId
  readonly by: MemberId
  /** Undefined: the room's model. */
  readonly model: string | undefined
  /** When it was asked, ms since 1970 by the storage's clock. */
  readonly at: number
}

export interface Docket {
  /** Offset of the last entry; 0 before the first. */
  readonly offset: number
  readonly title: string
  readonly model: string
  readonly inviters: Inviters
  readonly members: ReadonlyMap<MemberId, Membership>
  /** Offset of the last entry that changed the members or ended invites. */
  readonly admission: number
  readonly running: GenerationId | null
  /** Number of the generation that started last; 0 before the first. */
  readonly number: number
  /** Oldest first. */
  readonly queue: readonly Asked[]
  /** The queue waits until a member resumes it. */
  readonly held: boolean
  /** The latest questions, oldest first. A question is queued right after it was asked, or much later by a repair. */
  readonly asked: readonly Asked[]
}

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

/** The membership of a current member; null for anyone else. */
export function memberIn({ members }: Docket, memberId: MemberId): Membership | null {
  const known = members.get(memberId)
  return known?.gone === null ? known : null
}

export function isOwner(docket: Docket, memberId: MemberId): boolean {
  return memberIn(docket, memberId)?.role === 'owner'
}
