// The server's end of the simulated network, in place of the program's Socket.IO gateway. Each link is one real
// SocketConnection over a simulated socket; commands are parsed and answered as in the gateway, and updates are
// distributed by room.
import { type Command, type CommandResult, type Update } from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { FanOut } from '@roomcast/server/room/connection.ts'
import { CHECK_MS } from '@roomcast/server/room/place.ts'
import { answerCommand } from '@roomcast/server/socket/answer-command.ts'
import type { RoomSocket } from '@roomcast/server/socket/room-socket.ts'
import type { RoomsPort } from '@roomcast/server/socket/rooms-port.ts'
import { SocketConnection } from '@roomcast/server/socket/socket-connection.ts'
import type { Tally } from '../support/tally.ts'

/** The size counted for an unread frame: with the real size a test would have to send thousands of them. */
const FRAME_BYTES = 32 * 1024

/** The server's view of a link. */
export interface ServerLine {
  readonly send: (update: Update) => void
  /** Frames that the client has not read. */
  readonly unread: () => number
  /** The server ends the link. */
  readonly end: () => void
}

export interface SimulatedGatewayOptions {
  readonly clock: Clock
  readonly tally: Tally
  readonly onError: (command: string, error: unknown) => void
}

interface Accepted {
  readonly connection: SocketConnection
  readonly line: ServerLine
  readonly rooms: Set<string>
}

/** The actions of a link at the server: send a command, and end. */
export interface ServerEnd {
  perform(input: unknown): Promise<CommandResult>
  close(): void
}

export class SimulatedGateway implements FanOut {
  readonly #options: SimulatedGatewayOptions
  readonly #accepted = new Set<Accepted>()
  readonly #commands = new Set<string>()
  #rooms: RoomsPort | null = null
  #stopSweep: (() => void) | null = null
  #links = 0

  constructor(options: SimulatedGatewayOptions) {
    this.#options = options
  }

  /** The number of links. */
  get size(): number {
    return this.#accepted.size
  }

  open(rooms: RoomsPort): void {
    this.#rooms = rooms
    this.#sweepLater()
  }

  close(): void {
    this.#stopSweep?.()
  }

  send(roomId: string, update: Update): void {
    for (const { line, rooms } of this.#accepted) if (rooms.has(roomId)) line.send(update)
  }

  /** Accepts a new link of a member. */
  accept(memberId: string, line: ServerLine): ServerEnd {
    const rooms = new Set<string>()
    const connection = new SocketConnection(
      socketOver(`link-${(this.#links += 1)}`, line, rooms),
      { memberId, address: 'here' },
      this.#openRooms(),
    )
    const accepted = { connection, line, rooms }
    this.#accepted.add(accepted)
    return {
      perform: (input) => this.#perform(connection, input),
      close: () => {
        if (this.#accepted.delete(accepted)) connection.close()
      },
    }
  }

  #openRooms(): RoomsPort {
    if (!this.#rooms) throw new Error('the gateway is not open')
    return this.#rooms
  }

  async #perform(connection: SocketConnection, input: unknown): Promise<CommandResult> {
    const id = `${connection.memberId} ${(input as Command).commandId}`
    if (this.#commands.has(id)) this.#options.tally.count('command came again')
    this.#commands.add(id)
    return answerCommand(this.#openRooms(), connection, input, this.#options.onError)
  }

  #sweepLater(): void {
    this.#stopSweep = this.#options.clock.after(CHECK_MS, () => {
      for (const accepted of this.#accepted) this.#relieve(accepted)
      this.#sweepLater()
    })
  }

  #relieve({ connection, rooms }: Accepted): void {
    const [before] = rooms
    connection.relieve()
    const [after] = rooms
    if (before !== undefined && after === undefined) this.#options.tally.count('stalled link')
    if (before === undefined && after !== undefined) this.#options.tally.count('stall made good')
  }
}

/** The part of a socket that a SocketConnection uses. */
function socketOver(id: string, line: ServerLine, rooms: Set<string>): RoomSocket {
  const socket = {
    id,
    emit: (_event: 'update', update: Update) => line.send(update),
    join: (roomId: string) => void rooms.add(roomId),
    leave: (roomId: string) => void rooms.delete(roomId),
    disconnect: () => line.end(),
    conn: {
      transport: {
        socket: {
          get bufferedAmount() {
            return line.unread() * FRAME_BYTES
          },
        },
      },
      writeBuffer: [],
    },
  }
  return socket as unknown as RoomSocket
}
