// The door for sockets: every upgrade request of the HTTP server comes here first, and is passed to Socket.IO or
// answered with a status.
//
// Guarantees: Socket.IO sees only upgrades for a new WebSocket, never a plain request or a second transport for an
// existing connection; every refused request gets an answer; and every raw socket has an error handler (an unhandled
// error would end the process).
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ErrorBody, errorBody, type ErrorCode } from '@roomcast/shared/protocol'

/** The path of all sockets. */
export const SOCKET_PATH = '/socket.io/'

/** How long a refused raw socket may stay idle before it is destroyed, ms. */
const FAREWELL_MS = 2000

export interface DoorOptions {
  readonly http: HttpServer
  /** The reason why a request may not open a connection, or null. */
  readonly refuse: (request: IncomingMessage) => ErrorBody | null
  /** The address behind a request, as `addressKey` gives it. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Limit on raw sockets per address; beyond it a request is refused as `rate-limited`. */
  readonly mostPerAddress: number
  readonly onRefused: (code: ErrorCode) => void
}

/** The HTTP status of a refusal; 400 for all others. */
const STATUS: Partial<Record<ErrorCode, string>> = {
  'not-found': '404 Not Found',
  'origin-refused': '403 Forbidden',
  'host-refused': '421 Misdirected Request',
  'rate-limited': '429 Too Many Requests',
  'shutting-down': '503 Service Unavailable',
}

export class Door {
  /** Never listens: Socket.IO gets the admitted upgrades from it. */
  readonly inner = createServer()
  readonly #options: DoorOptions
  /** The raw sockets of all connections, admitted or not, with their addresses. */
  readonly #wires = new Map<Duplex, string>()
  #isClosed = false

  constructor(options: DoorOptions) {
    this.#options = options
    options.http.on('upgrade', (request, wire, head) => {
      // ignored because: `close` follows; without a listener it would be an uncaught error
      wire.on('error', () => undefined)
      const refusal = this.#refusalOf(request)
      if (refusal) return this.#answer(wire, refusal)
      this.#wires.set(wire, options.addressOf(request))
      wire.once('close', () => this.#wires.delete(wire))
      this.inner.emit('upgrade', request, wire, head)
    })
  }

  /** Refuses all further upgrades; a proxy then sends clients to another node. */
  close(): void {
    this.#isClosed = true
  }

  /** Destroys all remaining raw sockets, whatever is unsent. */
  breakOff(): void {
    for (const wire of this.#wires.keys()) wire.destroy()
  }

  #refusalOf(request: IncomingMessage): ErrorBody | null {
    const { refuse, addressOf, mostPerAddress } = this.#options
    if (this.#isClosed) return errorBody('shutting-down')
    const refusal = refuse(request)
    if (refusal) return refusal
    const { url = '' } = request
    // An unanswered request looks to a proxy as if this node had died, and anybody can send one.
    if (!url.startsWith(SOCKET_PATH)) return errorBody('not-found')
    const query = new URLSearchParams(url.slice(SOCKET_PATH.length).replace(/^\?/, ''))
    if (query.get('transport') !== 'websocket' || query.get('EIO') !== '4' || query.has('sid'))
      return errorBody('bad-request', 'Connect with EIO=4 and transport=websocket.')
    if (this.#countOf(addressOf(request)) >= mostPerAddress)
      return errorBody('rate-limited', 'Too many connections from this address.')
    return null
  }

  #countOf(address: string): number {
    let count = 0
    for (const one of this.#wires.values()) if (one === address) count++
    return count
  }

  #answer(wire: Duplex, error: ErrorBody): void {
    this.#options.onRefused(error.code)
    const body = JSON.stringify({ error })
    wire.end(
      `HTTP/1.1 ${STATUS[error.code] ?? '400 Bad Request'}\r\nconnection: close\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    // A client that neither reads the answer nor closes its half is not waited for.
    if (wire instanceof Socket) wire.setTimeout(FAREWELL_MS, () => wire.destroy())
    wire.resume()
  }
}
