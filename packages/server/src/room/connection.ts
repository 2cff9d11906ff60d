// What a room knows of those who watch it: somebody's, personal updates go to it, and it can take part in the shared ones.
import {
  errorBody,
  type ErrorBody,
  type MemberId,
  type Position,
  type RoomId,
  type Update,
} from '@roomcast/shared/protocol'

/** Connections of one kind (sockets, event streams) that a member may have at a time. */
export const MOST_CONNECTIONS = 100
/** The same of an address, with a session or without: a large office, or a proxy that does not say whom it brings. */
export const MOST_PER_ADDRESS = 1000

/** Why a connection ends with its session: whoever has a new one, in the cookie say, may come back with it. */
export function sessionEnded(): ErrorBody {
  return { ...errorBody('unauthenticated', 'This session has ended.'), retryable: true }
}

export interface Connection {
  readonly id: string
  readonly memberId: MemberId
  /** Where its member is, see `addressKey`. */
  readonly address?: string
  /** Sends to this connection alone, after everything sent before. `position`: where that leaves a follower. */
  send(update: Update, position: Position): void
  /** From now on, and in this very tick, `FanOut.send` for the room reaches it. */
  enter(roomId: RoomId): void
  exit(roomId: RoomId): void
}

/** Sends one update to every connection that has entered a room; it is encoded once for all. */
export interface FanOut {
  /** `position`: where the update leaves a follower. */
  send(roomId: RoomId, update: Update, position: Position): void
}

/** One for connections of several kinds. */
export function everybody(...fanOuts: readonly FanOut[]): FanOut {
  return {
    send: (...update) => {
      for (const fanOut of fanOuts) fanOut.send(...update)
    },
  }
}
