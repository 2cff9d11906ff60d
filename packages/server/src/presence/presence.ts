// The members present in a room now. Ephemeral, and therefore not in the log: every list is complete and replaces the one
// before. A member is present while they have at least one connection, and for a moment after the last one has closed, so
// that a reload does not count as leaving.
import {
  type Look,
  LOOKS,
  type MemberId,
  type Presence,
  type RoomId,
} from '@roomcast/shared/protocol'

export type PresentMembers = Presence['members']

export interface PresencePort {
  /** A connection of a member begins to watch a room. Ids of connections are unique. */
  enter(roomId: RoomId, connectionId: string, memberId: MemberId): void
  leave(roomId: RoomId, connectionId: string): void
  /** The member is writing; forgotten after a few seconds. Ignored for members who are not present. */
  typing(roomId: RoomId, memberId: MemberId): void
  /** The member has sent the message and is no longer writing. */
  said(roomId: RoomId, memberId: MemberId): void
  /** Sets the look of a connection; forgotten with the connection. Ignored for a connection that has not entered. */
  look(roomId: RoomId, connectionId: string, look: Look): void
  /** Sets whether a connection has fallen behind the live text; valid until the next call, or until it enters again. */
  behind(roomId: RoomId, connectionId: string, isBehind: boolean): void
  /** The present members, in the order of arrival. */
  present(roomId: RoomId): PresentMembers
  /** For a followed room, resolves once the other nodes' lists have been read, or could not be. */
  known(roomId: RoomId): Promise<void>
  /** Calls `listener` after changes, with changes of one moment together, until the returned function is called. */
  follow(roomId: RoomId, listener: (members: PresentMembers) => void): () => void
  close(): void
}

/** Of several looks the one nearest to the live text; undefined if all are unknown. */
export function nearest(looks: readonly (Look | undefined)[]): Look | undefined {
  return LOOKS.find((look) => looks.includes(look))
}
