// The rules of invite links: which are open, and which members may make and end them. Pure.
import type { OpenInvite, RoomState } from '../protocol/room-state.ts'
import { memberOf } from './select.ts'

/** The links that still let somebody in, oldest first. `now`: ms since 1970. */
export function openInvites({ invites }: RoomState, now: number): readonly OpenInvite[] {
  return (invites?.open ?? []).filter(({ until }) => until > now)
}

/**
 * Whether the link with this id lets somebody in. One without an id was made by a version that kept no list: it holds until
 * links of the room are ended for the first time.
 */
export function isInviteOpen(state: RoomState, inviteId: string | undefined, now: number): boolean {
  if (inviteId === undefined) return state.invites?.ended !== true
  return openInvites(state, now).some((invite) => invite.inviteId === inviteId)
}

/** Whether this member may make links, see them and end them. */
export function mayInvite(state: RoomState, memberId: string): boolean {
  const member = memberOf(state, memberId)
  return member !== undefined && (state.inviters !== 'owner' || member.role === 'owner')
}
