// The docket of a room: all that rules ask of it, the front of the room, and nothing that was said. It is folded from the entries alone (fold.ts), so
// whoever has those has it.
import type { GenerationId, Inviters, MemberId, MessageId, Role } from '@roomcast/shared/protocol'

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

/** Somebody who is a member now. */
export function memberIn({ members }: Docket, memberId: MemberId): Membership | null {
  const known = members.get(memberId)
  return known?.gone === null ? known : null
}

export function isOwner(docket: Docket, memberId: MemberId): boolean {
  return memberIn(docket, memberId)?.role === 'owner'
}
