// The border to Socket.IO: admission, commands in, updates out. The only importer of socket.io,
// apart from its types (room-socket.ts).
//
// It uses the in-memory adapter: order across nodes and resuming come from the log. A broadcast encodes an update once
// for all watchers. A connection that does not drain leaves the live path and gets one tail when it has drained.
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import * as v from 'valibot'
import { Server } from 'socket.io'
import {
  type CommandResult,
  errorBody,
  type ErrorBody,
  type ErrorCode,
  handshakeSchema,
  PROTOCOL_VERSION,
  type Update,
} from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import type { Sender } from '../access/allowance.ts'
import type { KnownMember } from '../access/session.ts'
import { TokenBucket } from '../access/token-bucket.ts'
import { type FanOut, MOST_CONNECTIONS, MOST_PER_ADDRESS } from '../room/connection.ts'
import { CHECK_MS } from '../room/place.ts'
import { answerCommand } from './answer-command.ts'
import { Door, SOCKET_PATH } from './door.ts'
import { checkingParser, MAX_PACKET_BYTES, OddPacket } from './packets.ts'
import type { RoomServer, RoomSocket } from './room-socket.ts'
import type { RoomsPort } from './rooms-port.ts'
import { SocketConnection } from './socket-connection.ts'

/**
 * Packets of any kind per connection and minute, WebSocket pings included; a burst may be as large. A connection beyond
 * the limit is closed: it sends more than a member's commands need, and each packet costs something.
 */
const PACKETS_PER_MINUTE = 3000
/**
 * Kernels hide a dead peer for minutes; ping every 10 s and allow 20 s for the answer. A ping waits behind everything
 * already in flight: with 8 s, a link that needed 20 s for a snapshot was closed each time before it had the snapshot
 * (https://socket.io/docs/v4/server-options/#pingtimeout).
 */
const PING_MS = { pingInterval: 10_000, pingTimeout: 20_000, connectTimeout: 10_000 }
/** A connection is closed when this many more of its commands were refused than accepted. */
const MOST_REFUSED = 200
/** On shutdown: how long connections may still drain, and how often that is checked, ms. */
const FAREWELL_MS = 2000
const DRAIN_POLL_MS = 20
/** The pause between batches of connections that are sent to other nodes, ms. */
const SEND_AWAY_EVERY_MS = 20

const PAGE_IS_NEWER =
  'This page is newer than the server, which may be in the middle of an upgrade. If this continues, reload the page.'

interface GatewayOptions {
  readonly http: HttpServer
  readonly clock: Clock
  /** See DoorOptions. */
  readonly refuse: (request: IncomingMessage) => ErrorBody | null
  readonly addressOf: (request: IncomingMessage) => string
  /** The member behind the handshake token or the request's cookie; null if unknown. */
  readonly authenticate: (
    token: string | undefined,
    request: IncomingMessage,
  ) => Promise<KnownMember | null>
  /** Whether this sender may send another command of this size now; called once per command. */
  readonly mayCommand: (sender: Sender, bytes: number) => boolean
  /** Called with the type of each command, as sent; the returned function gets the code of its refusal, or null. */
  readonly onCommand: (type: unknown) => (code: string | null) => void
  /** Called for every refused upgrade. */
  readonly onRefused: (code: ErrorCode) => void
  /** Called for every connection that this node closes, with the reason. */
  readonly onEnded: (why: EndReason) => void
  readonly onError: (command: string, error: unknown) => void
}

/** The reason why this node closes a connection, other than its own shutdown. */
type EndReason = 'odd-packet' | 'too-many-packets' | 'too-many-commands' | 'slow'

export class Gateway implements FanOut {
  readonly #options: GatewayOptions
  readonly #io: RoomServer
  /** With the end of each connection's session, ms since 1970. */
  readonly #connections = new Map<SocketConnection, number>()
  readonly #door: Door
  readonly #packets: TokenBucket
  /** Connections with a handshake in progress: one at a time for each. */
  readonly #admitting = new WeakSet<RoomSocket['conn']>()
  #stopSweep: (() => void) | null = null
  #sendsAway = false

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#packets = new TokenBucket(options.clock, PACKETS_PER_MINUTE)
    const { http, refuse, addressOf, onRefused } = options
    this.#door = new Door({ http, refuse, addressOf, mostPerAddress: MOST_PER_ADDRESS, onRefused })
    this.#io = new Server(this.#door.inner, {
      path: SOCKET_PATH,
      ...PING_MS,
      serveClient: false,
      transports: ['websocket'],
      allowUpgrades: false,
      perMessageDeflate: false,
      maxHttpBufferSize: MAX_PACKET_BYTES,
      parser: checkingParser(() => options.onEnded('odd-packet')),
    })
    this.#io.engine.on('connection', (wire: RoomSocket['conn']) => this.#count(wire))
  }

  /** The number of connections. */
  get size(): number {
    return this.#connections.size
  }

  /** Begins to accept connections for these rooms. Call once. */
  open(rooms: RoomsPort): void {
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
   * Refuses new connections and sends the existing ones to other nodes: one every 20 ms, or more at a time to meet the
   * deadline. A connection whose command is refused because of the shutdown goes at once.
   * @param mostMs the deadline
   */
  async sendAway(mostMs: number): Promise<void> {
    const { clock } = this.#options
    this.#sendsAway = true
    this.#door.close()
    const until = clock.now() + mostMs
    while (this.#connections.size > 0) {
      const turns = Math.max(1, Math.floor((until - clock.now()) / SEND_AWAY_EVERY_MS))
      const count = Math.ceil(this.#connections.size / turns)
      for (const connection of [...this.#connections.keys()].slice(0, count)) connection.sendAway()
      await pause(clock, SEND_AWAY_EVERY_MS)
    }
  }

  /** Tells everybody to come back later, and closes everything, including the HTTP server. */
  async close(): Promise<void> {
    this.#stopSweep?.()
    const { http, clock } = this.#options
    // Clients that are told to reconnect must not reach this node again.
    const closed = new Promise<void>((resolve) => void http.close(() => resolve()))
    this.#io.local.emit('update', { type: 'closed', error: errorBody('shutting-down') })
    // `io.close()` discards unsent packets, such as the end of an answer a moment ago.
    this.#io.local.disconnectSockets(true)
    await this.#drained()
    // Clients that do not even take the goodbye are not waited for: a WebSocket waits half a minute for its close
    // frame.
    this.#door.breakOff()
    // Requests are answered to their end, except a download that nobody reads.
    const stop = clock.after(FAREWELL_MS, () => http.closeAllConnections())
    await Promise.all([this.#io.close(), closed])
    stop()
  }

  /** Resolves when everything is sent, or after FAREWELL_MS. */
  async #drained(): Promise<void> {
    const { clock } = this.#options
    const until = clock.now() + FAREWELL_MS
    while (this.#io.engine.clientsCount > 0 && clock.now() < until)
      await pause(clock, DRAIN_POLL_MS)
  }

  /** Counts every packet of a connection, of any kind, admitted or not, WebSocket control frames included. */
  #count(connection: RoomSocket['conn']): void {
    const end = (why: EndReason) => {
      if (connection.readyState === 'open') this.#options.onEnded(why)
      // Destroyed at once, so that packets that have already arrived are not processed. Closing with a close frame
      // would mean waiting for the answer to it.
      connection.close(true)
      connection.request.socket.destroy()
    }
    const take = () => {
      if (!this.#packets.take(idOf(connection))) end('too-many-packets')
    }
    // A WebSocket would wait half a minute for the answer to its close frame, and accept packets all the while.
    connection.once('close', () => {
      const { socket } = connection.request
      const stop = this.#options.clock.after(FAREWELL_MS, () => socket.destroy())
      socket.once('close', stop)
    })
    // The transport also reports packets that arrive after the connection has begun to close.
    const transport = connection.transport as EventEmitter & { socket?: EventEmitter }
    transport.on('packet', ({ type }: { readonly type: string }) => {
      take()
      if (type !== 'message' && type !== 'pong') end('odd-packet')
    })
    transport.socket?.on('ping', take).on('pong', take)
  }

  /** Allows one handshake per connection at a time; otherwise one connection could get several sockets. */
  async #admit(socket: RoomSocket): Promise<ErrorBody | null> {
    if (this.#admitting.has(socket.conn))
      return errorBody('bad-request', 'One handshake at a time.')
    this.#admitting.add(socket.conn)
    try {
      return await this.#judge(socket)
    } finally {
      this.#admitting.delete(socket.conn)
    }
  }

  async #judge(socket: RoomSocket): Promise<ErrorBody | null> {
    const handshake = v.safeParse(handshakeSchema, socket.handshake.auth)
    if (!handshake.success) return errorBody('bad-request', 'The handshake must include a version.')
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
    for (const { memberId: one } of this.#connections.keys()) if (one === memberId) count++
    return count
  }

  #accept(socket: RoomSocket, rooms: RoomsPort): void {
    const { person } = socket.data
    if (!person) return void socket.disconnect(true)
    const sender = {
      memberId: person.memberId,
      address: this.#options.addressOf(socket.request),
    }
    const connection = new SocketConnection(socket, sender, rooms)
    this.#connections.set(connection, person.endsAt)
    let refused = 0
    socket.on('disconnect', () => {
      this.#connections.delete(connection)
      connection.close()
    })
    socket.on('error', (error) => {
      if (error instanceof OddPacket) connection.refuse('Unexpected packet.')
    })
    socket.on('command', (sent, acknowledge = () => {}) => {
      const { input } = sent
      const answered = this.#options.onCommand(
        (input as { type?: unknown } | null | undefined)?.type,
      )
      const answer = (result: CommandResult) => {
        const code = result.ok ? null : result.error.code
        answered(code)
        acknowledge(result)
        if (code === 'shutting-down' && this.#sendsAway) connection.sendAway()
      }
      if (!this.#options.mayCommand(sender, sent.bytes)) {
        // Refusals cost something too, so a client that does not slow down is eventually closed.
        if (++refused > MOST_REFUSED) {
          this.#options.onEnded('too-many-commands')
          return connection.giveUp('Too many commands.')
        }
        return answer({ ok: false, error: errorBody('rate-limited') })
      }
      refused = Math.max(0, refused - 1)
      if (sent.isTooLarge) return answer({ ok: false, error: errorBody('too-large') })
      void answerCommand(rooms, connection, input, this.#options.onError).then(answer)
    })
  }

  #sweepLater(): void {
    this.#stopSweep = this.#options.clock.after(CHECK_MS, () => {
      const now = this.#options.clock.now()
      for (const [connection, endsAt] of this.#connections) {
        if (endsAt <= now) connection.expire()
        else if (!connection.relieve()) this.#options.onEnded('slow')
      }
      this.#sweepLater()
    })
  }
}

/** A newer page must retry: during an upgrade the next node may be as new as the page. */
function otherVersion(version: number): ErrorBody {
  if (version < PROTOCOL_VERSION) return errorBody('protocol-version')
  return { ...errorBody('protocol-version', PAGE_IS_NEWER), retryable: true }
}

/** Engine.IO declares the id private, but sends it to the page. */
function idOf(connection: RoomSocket['conn']): string {
  return (connection as unknown as { id: string }).id
}

function refusedHandshake(body: ErrorBody): Error & { data: ErrorBody } {
  return Object.assign(new Error(body.message), { data: body })
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
