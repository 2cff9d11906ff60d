// The part of the rooms that the HTTP border uses. All methods reject with a Refusal when they refuse; a room that the
// member does not belong to is refused like a missing one (`room-not-found`).
import type {
  InviteLook,
  Member,
  MemberId,
  Message,
  MessagesPage,
  OpenInvite,
  RoomId,
  RoomSummary,
  SearchPage,
} from '@roomcast/shared/protocol'
import type { SessionMember } from '../access/session.ts'
import type { PagePlace } from '../room/message-pages.ts'
import type { InTurn } from '../room/turns.ts'

interface RoomRequest {
  readonly title: string
  /** Undefined: the server's default. */
  readonly model: string | undefined
  readonly instructions: string
}

export interface Transcript {
  readonly title: string
  readonly members: readonly Member[]
  /** Oldest first, all of them. */
  readonly messages: AsyncIterable<Message>
}

/** `inTurn`: the queue for expensive reads. */
export interface RoomsPort {
  /** Creates a room owned by `member`. `bad-request`: there is no such model. */
  create(member: SessionMember, room: RoomRequest): Promise<RoomSummary>
  /**
   * Makes `member` a member of the room, unless they already are. `inviteId`: of a link whose signature the caller has
   * checked. `invite-ended`: the invite is no longer open.
   */
  admit(roomId: RoomId, member: SessionMember, inviteId: string | undefined): Promise<RoomSummary>
  /** The preview that an invite shows to a person who is not a member, see `admit`. */
  previewInvite(roomId: RoomId, inviteId: string | undefined): Promise<InviteLook>
  /** A room's invite for a member who may invite; a new one is valid for `lifetimeMs`. `owner-only`: they may not. */
  invite(memberId: MemberId, roomId: RoomId, lifetimeMs: number): Promise<OpenInvite>
  /** The open invites, oldest first. `owner-only`, see `invite`. */
  invites(memberId: MemberId, roomId: RoomId): Promise<readonly OpenInvite[]>
  /** Ends all invites. `owner-only`, see `invite`. */
  endInvites(memberId: MemberId, roomId: RoomId): Promise<void>
  /** The member's rooms, last used first. */
  list(memberId: MemberId): Promise<readonly RoomSummary[]>
  /** Up to `limit` messages before, after or around an offset (none: the newest), oldest first. */
  page(
    memberId: MemberId,
    roomId: RoomId,
    place: PagePlace,
    limit: number,
    inTurn: InTurn,
  ): Promise<MessagesPage>
  /** Messages before offset `before` (undefined: all) that contain the words of `query`, newest first. */
  search(
    memberId: MemberId,
    roomId: RoomId,
    query: string,
    before: number | undefined,
    inTurn: InTurn,
  ): Promise<SearchPage>
  summary(memberId: MemberId, roomId: RoomId): Promise<RoomSummary>
  transcript(memberId: MemberId, roomId: RoomId, inTurn: InTurn): Promise<Transcript>
  /** Deletes the room for good. `not-yours`: only its owner may. */
  remove(memberId: MemberId, roomId: RoomId): Promise<void>
}
