// The part of the rooms that the gateway uses. All methods reject with a Refusal when they refuse. A stranger gets the
// same refusal as for a missing room (`room-not-found`), and a former member gets `removed`.
import type { Acknowledged, MemberId, RoomId } from '@roomcast/shared/protocol'
import type { RoomCommand } from '../room/commands.ts'
import type { Connection } from '../room/connection.ts'
import type { Place } from '../room/place.ts'

export interface RoomsPort {
  /** Creates a connection's place, in no room yet. Never refuses; `Place.take` may. Called once per connection. */
  placeOf(connection: Connection): Place
  /**
   * Resolves if this is a member of the room, without opening it. `storage-unavailable`: this node cannot find out now.
   */
  requireMember(memberId: MemberId, roomId: RoomId): Promise<void>
  /**
   * Performs a member's command, and returns the body of its acknowledgement. A refused command has changed nothing
   * (R4.3),
   * unless the refusal is `storage-uncertain`. Each command has refusals of its own, see PROTOCOL.md.
   */
  perform(memberId: MemberId, command: RoomCommand): Promise<Acknowledged>
}
