// The border to Socket.IO: who may connect, commands in, updates out. The only importer of socket.io,
// apart from its types (room-socket.ts).
//
// In-memory adapter only: order across nodes and resuming come from the log. A broadcast encodes an update once
// for all watchers. A connection that does not drain leaves the live path and gets one tail when it does.
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
 * Packets of one connection in a minute, of any kind, pings of the WebSocket too; a burst may be as long. Beyond, it is ended: they
 * are more than the commands of a member and cost something each.
 */
const PACKETS_PER_MINUTE = 3000
/**
 * Kernels hide a dead peer for minutes; ask every 10 s and give it 20. A ping waits behind whatever is on its way: with 8 s a
 * link that needs 20 s for a room was ended each time before it had it (https://socket.io/docs/v4/server-options/#pingtimeout).
 */
const PING_MS = { pingInterval: 10_000, pingTimeout: 20_000, connectTimeout: 10_000 }
/** So many more commands refused than taken, and the connection is ended. */
const MOST_REFUSED = 200
/** How long connections may still take what was sent to them when the node goes down, and how often that is looked at, ms. */
const FAREWELL_MS = 2000
const DRAIN_POLL_MS = 20
/** How often some connections are sent to other nodes, ms. */
const SEND_AWAY_EVERY_MS = 20

const PAGE_IS_NEWER =
  'This page is newer than the server, which may be in the middle of an upgrade. If that lasts, reload it.'

interface GatewayOptions {
  readonly http: HttpServer
  readonly clock: Clock
  /** See DoorOptions. */
  readonly refuse: (request: IncomingMessage) => ErrorBody | null
  readonly addressOf: (request: IncomingMessage) => string
  /** Who this is, by the token of the handshake or the cookie of the request; null when nobody known. */
  readonly authenticate: (
    token: string | undefined,
    request: IncomingMessage,
  ) => Promise<KnownMember | null>
  /** Whether this sender may send another command of so many bytes now; asked once for each. */
  readonly mayCommand: (sender: Sender, bytes: number) => boolean
  /** Hears of every command, by the type its sender gave it, and then of its answer: the code of a refusal, or null. */
  readonly onCommand: (type: unknown) => (code: string | null) => void
  /** Hears of upgrades that were refused. */
  readonly onRefused: (code: ErrorCode) => void
  /** Hears of every connection that this node ends, and why. */
  readonly onEnded: (why: EndReason) => void
  readonly onError: (command: string, error: unknown) => void
}

/** Why a connection is ended by this node, other than that the node goes down. */
type EndReason = 'odd-packet' | 'too-many-packets' | 'too-many-commands' | 'slow'

export class Gateway implements FanOut {
  readonly #options: GatewayOptions
  readonly #io: RoomServer
  /** With when the session of each ends, ms since 1970. */
  readonly #connections = new Map<SocketConnection, number>()
  readonly #door: Door
  readonly #packets: TokenBucket
  /** Connections whose handshake is looked at: each makes one at a time. */
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

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size
  }

  /** Begins to accept connections, for these rooms. Call once. */
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
   * Takes no more connections, and sends those there are to other nodes: one every 20 ms, or more where that would
   * take too long. Whoever asks for what this node does not begin any more goes at once.
   * @param mostMs how long it may take
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
    this.#door.breakOff()
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
      await pause(clock, DRAIN_POLL_MS)
  }

  /** Every packet of a connection counts, whatever it is and whether it is admitted: frames of the WebSocket itself too. */
  #count(connection: RoomSocket['conn']): void {
    const end = (why: EndReason) => {
      if (connection.readyState === 'open') this.#options.onEnded(why)
      // No goodbye, which would have to be waited for: what has come already is not looked at any more.
      connection.close(true)
      connection.request.socket.destroy()
    }
    const take = () => {
      if (!this.#packets.take(idOf(connection))) end('too-many-packets')
    }
    // A WebSocket would wait half a minute for an answer to its goodbye, and take in what comes all the while.
    connection.once('close', () => {
      const { socket } = connection.request
      const stop = this.#options.clock.after(FAREWELL_MS, () => socket.destroy())
      socket.once('close', stop)
    })
    // The transport tells also of what comes after the connection has begun to close.
    const transport = connection.transport as EventEmitter & { socket?: EventEmitter }
    transport.on('packet', ({ type }: { readonly type: string }) => {
      take()
      if (type !== 'message' && type !== 'pong') end('odd-packet')
    })
    transport.socket?.on('ping', take).on('pong', take)
  }

  /** One handshake of a connection at a time, or several would be admitted as one. */
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
      if (error instanceof OddPacket) connection.refuse('No page sends such a packet.')
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
        // Answers cost something too: whoever does not slow down is not answered for ever.
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

/** A page that is newer has to come back: during an upgrade the next node may be as new as it is. */
function otherVersion(version: number): ErrorBody {
  if (version < PROTOCOL_VERSION) return errorBody('protocol-version')
  return { ...errorBody('protocol-version', PAGE_IS_NEWER), retryable: true }
}

/** Engine.IO has it as a private member, and gives it to the page. */
function idOf(connection: RoomSocket['conn']): string {
  return (connection as unknown as { id: string }).id
}

function refusedHandshake(body: ErrorBody): Error & { data: ErrorBody } {
  return Object.assign(new Error(body.message), { data: body })
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
