// Who is in a room now. Ephemeral, and therefore not in the log: every list is whole and replaces the one before.
// A member is here while at least one connection of theirs is, and for a moment after the last one has gone, so
// that a reload is not a leave.
import {
  type Look,
  LOOKS,
  type MemberId,
  type Presence,
  type RoomId,
} from '@roomcast/shared/protocol'

export type PresentMembers = Presence['members']

export interface PresencePort {
  /** A connection of a member watches a room. Ids of connections are unique. */
  enter(roomId: RoomId, connectionId: string, memberId: MemberId): void
  leave(roomId: RoomId, connectionId: string): void
  /** The member is writing; forgotten after a few seconds. Ignored for members who are not here. */
  typing(roomId: RoomId, memberId: MemberId): void
  /** The member has said it, and is not writing any more. */
  said(roomId: RoomId, memberId: MemberId): void
  /** The reader of a connection is there; forgotten with the connection. Ignored for one that is not here. */
  look(roomId: RoomId, connectionId: string, look: Look): void
  /** Whether a connection has fallen behind the live text; until it says otherwise, or enters again. */
  behind(roomId: RoomId, connectionId: string, isBehind: boolean): void
  /** Who is here now, in the order of arrival. */
  present(roomId: RoomId): PresentMembers
  /** Resolves when others have been asked who is there with them, for a room that is followed; or could not be. */
  known(roomId: RoomId): Promise<void>
  /** Calls `listener` after changes, several of one moment together, until the returned function is called. */
  follow(roomId: RoomId, listener: (members: PresentMembers) => void): () => void
  close(): void
}

/** Of several windows the one nearest to the live text; undefined where none has told. */
export function nearest(looks: readonly (Look | undefined)[]): Look | undefined {
  return LOOKS.find((look) => looks.includes(look))
}
