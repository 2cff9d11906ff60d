// The door for sockets: every upgrade of the HTTP server comes here first, is let through to Socket.IO or answered with a status.
//
// Guarantees: Socket.IO sees upgrades for a new WebSocket only, never a plain request, nor a second wire for a connection that there
// is; whoever is not let in is answered, and no wire that breaks off is without somebody who hears of it (which would end the process).
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ErrorBody, errorBody, type ErrorCode } from '@roomcast/shared/protocol'

/** Where sockets are. */
export const SOCKET_PATH = '/socket.io/'

/** How long a wire that was refused may do nothing before it is broken off, ms. */
const FAREWELL_MS = 2000

export interface DoorOptions {
  readonly http: HttpServer
  /** Why a request may not begin a connection, or null. */
  readonly refuse: (request: IncomingMessage) => ErrorBody | null
  /** Whose connection it is, as `addressKey` gives it. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Wires of one address at a time; further ones are refused as `rate-limited`. */
  readonly mostPerAddress: number
  readonly onRefused: (code: ErrorCode) => void
}

/** The status of each refusal at the door; every other is a 400. */
const STATUS: Partial<Record<ErrorCode, string>> = {
  'not-found': '404 Not Found',
  'origin-refused': '403 Forbidden',
  'host-refused': '421 Misdirected Request',
  'rate-limited': '429 Too Many Requests',
  'shutting-down': '503 Service Unavailable',
}

export class Door {
  /** Never listens: Socket.IO takes from it the upgrades that are let through. */
  readonly inner = createServer()
  readonly #options: DoorOptions
  /** What the connections run over, admitted or not, with its address. */
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

  /** Takes no more; a proxy brings whoever comes to another node. */
  close(): void {
    this.#isClosed = true
  }

  /** Ends all that are still there, whatever is unsent. */
  breakOff(): void {
    for (const wire of this.#wires.keys()) wire.destroy()
  }

  #refusalOf(request: IncomingMessage): ErrorBody | null {
    const { refuse, addressOf, mostPerAddress } = this.#options
    if (this.#isClosed) return errorBody('shutting-down')
    const refusal = refuse(request)
    if (refusal) return refusal
    const { url = '' } = request
    // Left without an answer they look to a proxy as if this node had died, and anybody can send them.
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
    // Whoever does not take the answer, nor ends its own half, is not waited for.
    if (wire instanceof Socket) wire.setTimeout(FAREWELL_MS, () => wire.destroy())
    wire.resume()
  }
}
