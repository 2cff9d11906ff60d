// The types of this server's sockets: their events and their member.
import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { CommandResult, ServerEvents } from '@roomcast/shared/protocol'
import type { KnownMember } from '../access/session.ts'
import type { SentCommand } from './packets.ts'

/** Client to server, after the check of each packet. */
interface ReceivedEvents {
  command: (sent: SentCommand, acknowledge?: (result: CommandResult) => void) => void
}

interface SocketData {
  /** Absent until the handshake is admitted. */
  person?: KnownMember
}

export type RoomSocket = Socket<ReceivedEvents, ServerEvents, DefaultEventsMap, SocketData>
export type RoomServer = Server<ReceivedEvents, ServerEvents, DefaultEventsMap, SocketData>
