// A connection as a room sees it: it belongs to a member, takes personal updates, and can take part in the shared ones.
import {
  errorBody,
  type ErrorBody,
  type MemberId,
  type Position,
  type RoomId,
  type Update,
} from '@roomcast/shared/protocol'

/** Limit on connections of one kind (sockets, event streams) per member. */
export const MOST_CONNECTIONS = 100
/**
 * The same limit per address, with or without a session: a large office, or a proxy that does not forward addresses.
 */
export const MOST_PER_ADDRESS = 1000

/**
 * The error when a connection closes with its session: a client with a new session, such as a new cookie, may
 * reconnect.
 */
export function sessionEnded(): ErrorBody {
  return { ...errorBody('unauthenticated', 'This session has ended.'), retryable: true }
}

export interface Connection {
  readonly id: string
  readonly memberId: MemberId
  /** The address of its member, see `addressKey`. */
  readonly address?: string
  /**
   * Sends to this connection alone, after everything sent before. `position`: of a follower that has applied the
   * update.
   */
  send(update: Update, position: Position): void
  /** From this tick on, `FanOut.send` for the room reaches the connection. */
  enter(roomId: RoomId): void
  exit(roomId: RoomId): void
}

/** Sends one update to every connection that has entered a room; it is encoded once for all. */
export interface FanOut {
  /** `position`: of a follower that has applied the update. */
  send(roomId: RoomId, update: Update, position: Position): void
}

/** Combines the fan-outs of several kinds of connections. */
export function everybody(...fanOuts: readonly FanOut[]): FanOut {
  return {
    send: (...update) => {
      for (const fanOut of fanOuts) fanOut.send(...update)
    },
  }
}
