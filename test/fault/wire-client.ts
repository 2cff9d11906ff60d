// A minimal client: a TCP socket that speaks WebSocket and Socket.IO by hand and folds its updates. It is so light that
// hundreds fit into one process, and it can stop reading.
import { createHash, randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import {
  type CommandResult,
  isDelta,
  type Position,
  PROTOCOL_VERSION,
  type RoomState,
  type Update,
} from '@roomcast/shared/protocol'
import { emptyRoom, fold, positionOf } from '@roomcast/shared/room'
import { until } from '../support/until.ts'

/** SHA-256 as in the log, computed by Node itself because hundreds of texts are checked. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

export interface WireOptions {
  readonly url: string
  readonly token: string
  /** The state from an earlier connection. */
  readonly state?: RoomState | undefined
}

export class WireClient {
  state: RoomState
  /** How often each kind of update arrived, including deltas. */
  readonly came: Record<string, number> = {}
  /** UTF-8 bytes of reply text that arrived in deltas. */
  liveBytes = 0
  /** Updates that did not connect to the current state. */
  gaps = 0
  /** The server's reason for ending the connection. */
  closed: { readonly code: string; readonly retryable: boolean } | null = null
  isOpen = false
  readonly #socket: Socket
  readonly #listeners = new Set<() => void>()
  readonly #answers = new Map<number, (result: CommandResult) => void>()
  #commands = 0
  #chunks: Buffer[] = []
  #size = 0
  #wanted = 0
  #isUpgraded = false

  /** Connects and presents its session. @throws Error with the server's reason if it refuses */
  static connect({ url, token, state }: WireOptions): Promise<WireClient> {
    const { hostname, port, host } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    return new Promise((resolve, reject) => {
      const client = new WireClient(socket, token, state, (error) =>
        error ? reject(error) : resolve(client),
      )
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed before it was open')))
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      )
    })
  }

  private constructor(
    socket: Socket,
    token: string,
    state: RoomState | undefined,
    opened: (error: Error | null) => void,
  ) {
    this.#socket = socket
    this.state = state ?? emptyRoom('none', 'none')
    const auth = JSON.stringify({ version: PROTOCOL_VERSION, token })
    const take = (packet: string): void => {
      if (packet.startsWith('42')) return this.#update(packet.slice(2))
      if (packet.startsWith('43')) return this.#answer(packet.slice(2))
      if (packet.startsWith('44')) return opened(new Error(packet.slice(2)))
      if (packet.startsWith('40')) {
        this.isOpen = true
        return opened(null)
      }
      if (packet.startsWith('0')) return this.#send(`40${auth}`)
      if (packet === '2') this.#send('3')
    }
    socket.on('data', (bytes) => this.#read(bytes, take))
    socket.on('close', () => {
      this.isOpen = false
      this.#changed()
    })
  }

  /** Watches a room, resuming from its position if it knows that room. */
  join(roomId: string, since: Position | null = this.#since(roomId)): Promise<CommandResult> {
    return this.command('join', { roomId, ...(since ? { since } : {}) })
  }

  command(type: string, fields: Readonly<Record<string, unknown>>): Promise<CommandResult> {
    const id = (this.#commands += 1)
    this.#send(
      `42${id}${JSON.stringify(['command', { type, commandId: randomUUID(), ...fields }])}`,
    )
    return new Promise((resolve) => this.#answers.set(id, resolve))
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  until<T>(what: string, look: (client: WireClient) => T | null | undefined | false): Promise<T> {
    const listen = (listener: () => void) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    }
    return until(what, () => look(this), listen)
  }

  #since(roomId: string): Position | null {
    return this.state.roomId === roomId ? positionOf(this.state) : null
  }

  #send(packet: string): void {
    const payload = Buffer.from(packet)
    const length = payload.length
    // Client frames must be masked; a zero mask leaves the data unchanged.
    const head =
      length < 126
        ? Buffer.from([0x81, 0x80 | length, 0, 0, 0, 0])
        : Buffer.from([0x81, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0])
    if (length > 65_535) throw new Error('a client sends no such frame')
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat([head, payload]))
  }

  #read(bytes: Buffer, take: (packet: string) => void): void {
    this.#chunks.push(bytes)
    this.#size += bytes.length
    if (this.#size < this.#wanted) return
    let rest = this.#chunks.length === 1 ? bytes : Buffer.concat(this.#chunks)
    if (!this.#isUpgraded) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      this.#isUpgraded = true
      rest = rest.subarray(end + 4)
    }
    for (let frame = frameIn(rest); ; frame = frameIn(rest)) {
      if (rest.length < frame.end) {
        this.#wanted = frame.end
        break
      }
      if (frame.opcode === 1) take(rest.toString('utf8', frame.begin, frame.end))
      rest = rest.subarray(frame.end)
    }
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#size = rest.length
  }

  #answer(text: string): void {
    const [, id = '', json = ''] = /^(\d+)(.*)$/s.exec(text) ?? []
    const answer = this.#answers.get(Number(id))
    this.#answers.delete(Number(id))
    answer?.((JSON.parse(json) as [CommandResult])[0])
  }

  #update(text: string): void {
    const [, update] = JSON.parse(text) as ['update', Update]
    const kind = isDelta(update) ? 'delta' : update.type
    this.came[kind] = (this.came[kind] ?? 0) + 1
    if (isDelta(update)) this.liveBytes += Buffer.byteLength(update[2])
    if (!isDelta(update) && update.type === 'closed') this.closed = update.error
    if (!['presence', 'storage', 'synced', 'closed'].includes(kind)) {
      const { state, behind } = fold(this.state, update as Parameters<typeof fold>[1], digest)
      this.state = state
      if (behind) this.gaps += 1
    }
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** The bounds of the first frame's payload; for an incomplete head, the number of bytes needed to tell. */
function frameIn(bytes: Buffer): {
  readonly opcode: number
  readonly begin: number
  readonly end: number
} {
  const short = (bytes[1] ?? 0) & 127
  const begin = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < begin) return { opcode: 0, begin, end: begin }
  const longer = () => (begin === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)))
  const length = begin === 2 ? short : longer()
  return { opcode: (bytes[0] ?? 0) & 15, begin, end: begin + length }
}
