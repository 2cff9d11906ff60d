// A socket without a RoomClient: sends whatever a test wants, as a third-party program would.
import { randomUUID } from 'node:crypto'
import { type CommandResult, PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { io, type Socket } from 'socket.io-client'
import { DEADLINE_MS } from '../support/deadline.ts'

export interface RawOptions {
  readonly token?: string
  readonly version?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export class RawSocket {
  /** All updates from the server, in order. */
  readonly updates: unknown[] = []
  /** Resolves with the reason once the connection has ended. */
  readonly closed: Promise<string>
  readonly #socket: Socket

  /** Connects; rejects with the server's reason if it refuses. */
  static connect(url: string, options: RawOptions): Promise<RawSocket> {
    const { token, version = PROTOCOL_VERSION, headers = {} } = options
    const socket = io(url, {
      transports: ['websocket'],
      auth: { version, ...(token === undefined ? {} : { token }) },
      extraHeaders: headers,
      forceNew: true,
      reconnection: false,
      timeout: DEADLINE_MS,
    })
    const raw = new RawSocket(socket)
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(raw))
      socket.once('connect_error', (error) => {
        socket.disconnect()
        reject(error)
      })
    })
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('update', (update: unknown) => this.updates.push(update))
    this.closed = new Promise((resolve) => void socket.once('disconnect', resolve))
  }

  /** Sends anything as a command and returns the answer; fails if there is none. */
  say(...input: readonly unknown[]): Promise<CommandResult> {
    return this.#socket
      .timeout(DEADLINE_MS)
      .emitWithAck('command', ...input) as Promise<CommandResult>
  }

  /** Sends a command with a fresh id, unless it has one. */
  command(type: string, fields: Readonly<Record<string, unknown>>): Promise<CommandResult> {
    return this.say({ type, commandId: randomUUID(), ...fields })
  }

  /** Sends without requesting an acknowledgement. */
  shout(...input: readonly unknown[]): void {
    this.#socket.emit('command', ...input)
  }

  close(): void {
    this.#socket.disconnect()
  }
}
