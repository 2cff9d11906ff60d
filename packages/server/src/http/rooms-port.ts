// What the HTTP border needs of the rooms. All methods reject with a Refusal when they refuse; a room that the
// member does not belong to is refused like one that does not exist (`room-not-found`).
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

/** `inTurn`: how those who read much wait for each other. */
export interface RoomsPort {
  /** Makes a room that `member` owns. `bad-request`: there is no such model. */
  create(member: SessionMember, room: RoomRequest): Promise<RoomSummary>
  /**
   * Makes `member` a member of the room, unless they are. `inviteId`: of a link whose signature the caller has checked.
   * `invite-ended`: the room does not know it any more.
   */
  admit(roomId: RoomId, member: SessionMember, inviteId: string | undefined): Promise<RoomSummary>
  /** What somebody who is no member may know with an invite, see `admit`. */
  previewInvite(roomId: RoomId, inviteId: string | undefined): Promise<InviteLook>
  /** The link of a room for a member who may invite; a new one holds for `lifetimeMs`. `owner-only`: they may not. */
  invite(memberId: MemberId, roomId: RoomId, lifetimeMs: number): Promise<OpenInvite>
  /** The links that are open, oldest first. `owner-only`, see `invite`. */
  invites(memberId: MemberId, roomId: RoomId): Promise<readonly OpenInvite[]>
  /** Ends all links. `owner-only`, see `invite`. */
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
  /** Messages before offset `before` (undefined: all) in which the words of `query` stand, newest first. */
  search(
    memberId: MemberId,
    roomId: RoomId,
    query: string,
    before: number | undefined,
    inTurn: InTurn,
  ): Promise<SearchPage>
  summary(memberId: MemberId, roomId: RoomId): Promise<RoomSummary>
  transcript(memberId: MemberId, roomId: RoomId, inTurn: InTurn): Promise<Transcript>
  /** Removes the room for good. `not-yours`: only its owner may. */
  remove(memberId: MemberId, roomId: RoomId): Promise<void>
}
