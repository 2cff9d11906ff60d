// The Transport over Socket.IO, websocket only. Each connection is a fresh socket, so nothing from an earlier
// one can arrive, and Socket.IO buffers nothing: RoomClient sends commands again itself.
//
// Guarantees: retries until `close` or until the server refuses for good; waits 300 ms doubling to 5 s, each
// spread by half, so that the members of a restarted server do not all reconnect at once.
import {
  type Command,
  type CommandResult,
  commandResultSchema,
  type ErrorBody,
  errorSchema,
  PROTOCOL_VERSION,
} from '@roomcast/shared/protocol'
import type { Clock } from '@roomcast/shared/clock'
import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import { localRefusal } from './local-refusal.ts'
import type { Transport, TransportHandlers } from './transport.ts'

const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5000
const SPREAD = 0.5
const CONNECT_TIMEOUT_MS = 10_000

interface SocketTransportOptions {
  readonly clock: Clock
  /** A number in [0, 1), fresh with each call. */
  readonly chance: () => number
  /** Origin of the server; without it, the one the page came from. */
  readonly url?: string
  /** The session's token, if no cookie is sent. */
  readonly token?: string
}

export class SocketTransport implements Transport {
  readonly #options: SocketTransportOptions
  #handlers: TransportHandlers | null = null
  #socket: Socket | null = null
  #attempts = 0
  #stopWaiting: (() => void) | null = null
  /** The commands without a result yet, by their `resolve`, with their lengths. */
  readonly #unanswered = new Map<(result: CommandResult | null) => void, number>()

  constructor(options: SocketTransportOptions) {
    this.#options = options
  }

  open(handlers: TransportHandlers): void {
    this.#handlers = handlers
    this.#link()
  }

  send(command: Command): Promise<CommandResult | null> {
    const socket = this.#socket
    if (!socket?.connected) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.#unanswered.set(resolve, JSON.stringify(command).length)
      socket.emit('command', command, (answer: unknown) => {
        if (this.#unanswered.delete(resolve)) resolve(parseResult(answer))
      })
    })
  }

  relink(): void {
    if (this.#handlers === null || (this.#socket === null && this.#stopWaiting === null)) return
    this.#unlink()
    this.#handlers.onLink({ kind: 'down', retryAt: null })
    this.#link()
  }

  close(): void {
    this.#handlers = null
    this.#unlink()
  }

  #link(): void {
    const { url, token } = this.#options
    const options = {
      transports: ['websocket'],
      auth: { version: PROTOCOL_VERSION, ...(token === undefined ? {} : { token }) },
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
    }
    const socket = url === undefined ? io(options) : io(url, options)
    this.#socket = socket
    const current = () => this.#socket === socket
    socket.on('connect', () => {
      if (current()) this.#handlers?.onLink({ kind: 'up' })
    })
    socket.on('update', (update: unknown) => {
      if (!current()) return
      // Only an update resets the wait, so that a server that accepts and drops connections is not flooded.
      this.#attempts = 0
      this.#handlers?.onUpdate(update)
    })
    socket.on('disconnect', (_reason, details) => {
      if (!current()) return
      if (isTooLarge(details)) this.#refuseLargest()
      this.#linkLater()
    })
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      if (!current()) return
      const refusal = refusalOf(error.data)
      // A retry may help: this node may be too full or too old, and the next one may not be.
      if (refusal?.retryable !== false) return this.#linkLater(refusal)
      this.#unlink()
      this.#handlers?.onLink({ kind: 'refused', error: refusal })
    })
  }

  #linkLater(why: ErrorBody | null = null): void {
    this.#unlink()
    const { clock, chance } = this.#options
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts++)
    const spread = Math.round(wait * (1 - SPREAD + 2 * SPREAD * chance()))
    this.#stopWaiting = clock.after(spread, () => this.#link())
    const retryAt = clock.now() + spread
    this.#handlers?.onLink({ kind: 'down', retryAt, ...(why ? { why } : {}) })
  }

  /** Refuses the largest command, which would end the next connection as well. */
  #refuseLargest(): void {
    const [largest] = [...this.#unanswered].toSorted(([, one], [, other]) => other - one)
    if (largest === undefined) return
    this.#unanswered.delete(largest[0])
    largest[0]({ ok: false, error: localRefusal('too-large') })
  }

  #unlink(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = null
    const socket = this.#socket
    this.#socket = null
    socket?.disconnect()
    for (const resolve of this.#unanswered.keys()) resolve(null)
    this.#unanswered.clear()
  }
}

/** Whether the server closed the connection because a message was too big (RFC 6455). */
function isTooLarge(details: unknown): boolean {
  if (typeof details !== 'object' || details === null || !('context' in details)) return false
  const { context } = details
  return (
    typeof context === 'object' && context !== null && 'code' in context && context.code === 1009
  )
}

function parseResult(answer: unknown): CommandResult {
  const parsed = v.safeParse(commandResultSchema, answer)
  if (parsed.success) return parsed.output
  return { ok: false, error: localRefusal('unreadable') }
}

/** The reason why a handshake was refused; null if it broke off without a refusal. */
function refusalOf(data: unknown): ErrorBody | null {
  const parsed = v.safeParse(errorSchema, data)
  return parsed.success ? (parsed.output as ErrorBody) : null
}
