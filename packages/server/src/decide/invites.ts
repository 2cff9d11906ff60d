import { Refusal } from '@roomcast/shared/protocol'
import { type Docket, isOwner, memberIn } from './docket.ts'
import type { OfMember, Rule } from './rule.ts'

export interface Invite extends OfMember {
  readonly type: 'invite'
  readonly inviteId: string
  /** When it ends, ms since 1970. */
  readonly until: number
}

interface EndInvites extends OfMember {
  readonly type: 'end-invites'
}

/** A member with permission creates an invite link (R6.8). */
export const invite: Rule<Invite> = {
  frees: false,
  decide: (docket, { by, inviteId, until }) =>
    refusedToInvite(docket, by) ?? [{ type: 'invite-made', inviteId, by, until }],
}

/** A member with permission ends all existing invite links. */
export const endInvites: Rule<EndInvites> = {
  frees: false,
  decide: (docket, { by }) => refusedToInvite(docket, by) ?? [{ type: 'invites-ended', by }],
}

/** The owner chooses which members may invite (the room's `inviters`). */
function refusedToInvite(docket: Docket, by: string): Refusal | null {
  if (memberIn(docket, by) === null) return new Refusal('room-not-found')
  if (docket.inviters === 'owner' && !isOwner(docket, by)) return new Refusal('owner-only')
  return null
}
