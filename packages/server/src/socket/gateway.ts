// The border to Socket.IO: who may connect, commands in, updates out. The only importer of socket.io.
//
// In-memory adapter only: order across nodes and resuming come from the log. A broadcast encodes an update once
// for all watchers. A connection that does not drain leaves the live path and gets one tail when it does.
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { type DefaultEventsMap, Server, type Socket } from 'socket.io'
import {
  type ClientEvents,
  type CommandResult,
  errorBody,
  type ErrorBody,
  handshakeSchema,
  PROTOCOL_VERSION,
  type ServerEvents,
  type Update,
} from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { type FanOut, MOST_CONNECTIONS } from '../room/connection.ts'
import { LOOK_MS } from '../room/place.ts'
import type { Person, Rooms } from '../room/rooms.ts'
import { answerCommand } from './answer-command.ts'
import { SocketConnection } from './socket-connection.ts'

/** Largest command: a message at its limit, escaped; larger ones end the connection. */
const MAX_COMMAND_BYTES = 512 * 1024
/**
 * Kernels hide a dead peer for minutes; ask every 10 s and give it 20. A ping waits behind whatever is on its way: with 8 s a
 * link that needs 20 s for a room was ended each time before it had it (https://socket.io/docs/v4/server-options/#pingtimeout).
 */
const PING_MS = { pingInterval: 10_000, pingTimeout: 20_000, connectTimeout: 10_000 }
/** So many more commands refused than taken, and the connection is ended. */
const MOST_REFUSED = 200
/** How long connections may still take what was sent to them when the node goes down, and how often that is looked at, ms. */
const FAREWELL_MS = 2000
const DRAIN_LOOK_MS = 20
/** How often some connections are sent to other nodes, ms. */
const SEND_AWAY_EVERY_MS = 20

const PAGE_IS_NEWER =
  'This page is newer than the server, which may be in the middle of an upgrade. If that lasts, reload it.'

const PATH = '/socket.io/'
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
/** A proxy takes it to another node. */
const GOING_DOWN =
  'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

export interface GatewayOptions {
  readonly http: HttpServer
  readonly clock: Clock
  /** Decides on the request of a handshake: origin and, where there is no origin, a token. */
  readonly allowRequest: (request: IncomingMessage) => boolean
  /** Who this is, by the token of the handshake or the cookie of the request; null when nobody known. */
  readonly authenticate: (
    token: string | undefined,
    request: IncomingMessage,
  ) => Promise<Person | null>
  /** Whether this member may send another command now; asked once for each. */
  readonly mayCommand: (memberId: string) => boolean
  /** Hears of every command, by the type its sender gave it, and then of its answer: the code of a refusal, or null. */
  readonly onCommand: (type: unknown) => (code: string | null) => void
  readonly onError: (command: string, error: unknown) => void
}

export type RoomSocket = Socket<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>
interface SocketData {
  person?: Person
}

export class Gateway implements FanOut {
  readonly #options: GatewayOptions
  readonly #io: Server<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>
  readonly #connections = new Set<SocketConnection>()
  /** What the connections run over, admitted or not. */
  readonly #wires = new Set<Duplex>()
  #stopSweep: (() => void) | null = null
  #sendsAway = false

  constructor(options: GatewayOptions) {
    this.#options = options
    // Left without an answer they look to a proxy as if this node had died, and anybody can send them.
    options.http.on('upgrade', (request, socket) => {
      if (!request.url?.startsWith(PATH)) return void socket.end(NOT_FOUND)
      this.#wires.add(socket)
      socket.once('close', () => this.#wires.delete(socket))
    })
    this.#io = new Server(options.http, {
      path: PATH,
      ...PING_MS,
      serveClient: false,
      transports: ['websocket'],
      perMessageDeflate: false,
      maxHttpBufferSize: MAX_COMMAND_BYTES,
      allowRequest: (request, decide) => decide(null, options.allowRequest(request)),
    })
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size
  }

  /** Begins to accept connections, for these rooms. Call once. */
  open(rooms: Rooms): void {
    this.#io.use((socket, next) => {
      this.#admit(socket).then(
        (error) => next(error ? refusedHandshake(error) : undefined),
        () => next(refusedHandshake(errorBody('internal'))),
      )
    })
    this.#io.on('connection', (socket) => this.#accept(socket, rooms))
    this.#sweepLater()
  }

  send(roomId: string, update: Update): void {
    this.#io.local.to(roomId).emit('update', update)
  }

  /**
   * Takes no more connections, and sends those there are to other nodes: one every 20 ms, or more where that would
   * take too long. Whoever asks for what this node does not begin any more goes at once.
   * @param mostMs how long it may take
   */
  async sendAway(mostMs: number): Promise<void> {
    const { http, clock } = this.#options
    this.#sendsAway = true
    http.removeAllListeners('upgrade')
    http.on('upgrade', (_, socket) => socket.end(GOING_DOWN))
    const until = clock.now() + mostMs
    while (this.#connections.size > 0) {
      const turns = Math.max(1, Math.floor((until - clock.now()) / SEND_AWAY_EVERY_MS))
      const count = Math.ceil(this.#connections.size / turns)
      for (const connection of [...this.#connections].slice(0, count)) connection.sendAway()
      await pause(clock, SEND_AWAY_EVERY_MS)
    }
  }

  /** Tells everybody to come back later, and closes, the HTTP server too. */
  async close(): Promise<void> {
    this.#stopSweep?.()
    const { http, clock } = this.#options
    // Whoever is told to come back must not meet this node again.
    const closed = new Promise<void>((resolve) => void http.close(() => resolve()))
    this.#io.local.emit('update', { type: 'closed', error: errorBody('shutting-down') })
    // `io.close()` throws away what is not sent yet, such as how an answer has ended a moment ago.
    this.#io.local.disconnectSockets(true)
    await this.#drained()
    // Whoever has not even heard the goodbye holds up nobody: a WebSocket waits half a minute for its answer.
    for (const wire of this.#wires) wire.destroy()
    // Requests are answered to their end, but not a download that nobody takes.
    const stop = clock.after(FAREWELL_MS, () => http.closeAllConnections())
    await Promise.all([this.#io.close(), closed])
    stop()
  }

  /** Resolves when everything is sent, or when those who do not take it have had their time. */
  async #drained(): Promise<void> {
    const { clock } = this.#options
    const until = clock.now() + FAREWELL_MS
    while (this.#io.engine.clientsCount > 0 && clock.now() < until)
      await pause(clock, DRAIN_LOOK_MS)
  }

  async #admit(socket: RoomSocket): Promise<ErrorBody | null> {
    const handshake = v.safeParse(handshakeSchema, socket.handshake.auth)
    if (!handshake.success) return errorBody('bad-request', 'The handshake needs a version.')
    const { version } = handshake.output
    if (version !== PROTOCOL_VERSION) return otherVersion(version)
    const person = await this.#options.authenticate(handshake.output.token, socket.request)
    if (!person) return errorBody('unauthenticated')
    if (this.#connectionsOf(person.memberId) >= MOST_CONNECTIONS)
      return errorBody('rate-limited', 'Too many windows are open.')
    socket.data.person = person
    return null
  }

  #connectionsOf(memberId: string): number {
    let count = 0
    for (const connection of this.#connections) if (connection.memberId === memberId) count++
    return count
  }

  #accept(socket: RoomSocket, rooms: Rooms): void {
    const { person } = socket.data
    if (!person) return void socket.disconnect(true)
    const connection = new SocketConnection(socket, person.memberId, rooms)
    this.#connections.add(connection)
    let refused = 0
    socket.on('disconnect', () => {
      this.#connections.delete(connection)
      connection.close()
    })
    // Whatever is sent along with it, an answer that is asked for comes last.
    socket.on('command', (...parameters: unknown[]) => {
      const last = parameters.at(-1)
      const acknowledge = typeof last === 'function' ? (last as Acknowledge) : () => {}
      const [input] = parameters.filter((parameter) => parameter !== last)
      const answered = this.#options.onCommand(
        (input as { type?: unknown } | null | undefined)?.type,
      )
      const answer = (result: CommandResult) => {
        const code = result.ok ? null : result.error.code
        answered(code)
        acknowledge(result)
        if (code === 'shutting-down' && this.#sendsAway) connection.sendAway()
      }
      if (!this.#options.mayCommand(person.memberId)) {
        // Answers cost something too: whoever does not slow down is not answered for ever.
        if (++refused > MOST_REFUSED) return connection.giveUp('Too many commands.')
        return answer({ ok: false, error: errorBody('rate-limited') })
      }
      refused = Math.max(0, refused - 1)
      void answerCommand(rooms, connection, input, this.#options.onError).then(answer)
    })
  }

  #sweepLater(): void {
    this.#stopSweep = this.#options.clock.after(LOOK_MS, () => {
      for (const connection of this.#connections) connection.relieve()
      this.#sweepLater()
    })
  }
}

type Acknowledge = (result: CommandResult) => void

/** A page that is newer has to come back: during an upgrade the next node may be as new as it is. */
function otherVersion(version: number): ErrorBody {
  if (version < PROTOCOL_VERSION) return errorBody('protocol-version')
  return { ...errorBody('protocol-version', PAGE_IS_NEWER), retryable: true }
}

function refusedHandshake(body: ErrorBody): Error & { data: ErrorBody } {
  return Object.assign(new Error(body.message), { data: body })
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
