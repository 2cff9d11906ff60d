// The rules of invite links: which links are open, and which members may make and end them. Pure.
import type { OpenInvite, RoomState } from '../protocol/room-state.ts'
import { memberOf } from './select.ts'

/** The links that are still open, oldest first. `now`: ms since 1970. */
export function openInvites({ invites }: RoomState, now: number): readonly OpenInvite[] {
  return (invites?.open ?? []).filter(({ until }) => until > now)
}

/**
 * Whether the link with this id is open. A link without an id was made by a version that kept no list; it stays open
 * until links of the room are ended for the first time.
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
