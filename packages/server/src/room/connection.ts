// What a room knows of a socket: somebody's, personal updates go to it, and it can take part in the shared ones.
import type { MemberId, RoomId, Update } from '@roomcast/shared/protocol'

export interface Connection {
  readonly id: string
  readonly memberId: MemberId
  /** Sends to this connection alone, after everything sent before. */
  send(update: Update): void
  /** From now on, and in this very tick, `FanOut.send` for the room reaches it. */
  enter(roomId: RoomId): void
  exit(roomId: RoomId): void
}

/** Sends one update to every connection that has entered a room; it is encoded once for all. */
export interface FanOut {
  send(roomId: RoomId, update: Update): void
}
