// The part of the rooms that the gateway uses. All methods reject with a Refusal when they refuse. A room is refused to a stranger like
// one that does not exist (`room-not-found`), and to a former member as `removed`.
import type { Acknowledged, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { RoomCommand } from '../room/commands.ts'
import type { Connection } from '../room/connection.ts'
import type { Place } from '../room/place.ts'

export interface RoomsPort {
  /** Gives a connection its place, in no room yet. It refuses nothing: `Place.take` may. Asked once for each connection. */
  placeOf(connection: Connection): Place
  /** Resolves for a member of the room, and opens nothing. `storage-unavailable`: this node cannot find out now. */
  requireMember(memberId: MemberId, roomId: RoomId): Promise<void>
  /**
   * Does a command of a member, and gives the content of its acknowledgement. A refused command has changed nothing (R4.3), unless the
   * refusal is `storage-uncertain`. Each command has refusals of its own, see PROTOCOL.md.
   */
  perform(memberId: MemberId, command: RoomCommand): Promise<Acknowledged>
}
