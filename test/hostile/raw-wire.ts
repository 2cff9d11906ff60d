// A WebSocket written by hand over TCP: any frame, in any order, cut anywhere, in ways no library would send.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { PROTOCOL_VERSION } from '@roomcast/shared/protocol'
import { until } from '../support/until.ts'

export const OPCODES = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameShape {
  /** Whether this is the last frame of its message. */
  readonly fin?: boolean
  readonly masked?: boolean
  /** The encoding of the length; `lies` announces more than follows. */
  readonly length?: 'shortest' | 'sixteen' | 'sixty-four' | 'lies'
  /** Reserved bits, 0 to 7. */
  readonly reserved?: number
}

/** The bytes of one frame. */
export function frameOf(
  opcode: number,
  payload: string | Buffer,
  { fin = true, masked = true, length = 'shortest', reserved = 0 }: FrameShape = {},
): Buffer {
  const data = Buffer.from(payload)
  const said = length === 'lies' ? data.length + 1000 : data.length
  const form =
    length === 'sixty-four' || said > 0xffff ? 127 : length === 'sixteen' || said > 125 ? 126 : said
  const head = Buffer.alloc(2 + (form === 126 ? 2 : form === 127 ? 8 : 0))
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = (masked ? 0x80 : 0) | form
  if (form === 126) head.writeUInt16BE(said, 2)
  if (form === 127) head.writeBigUInt64BE(BigInt(said), 2)
  if (!masked) return Buffer.concat([head, data])
  const key = Buffer.from([1, 2, 3, 4])
  const hidden = Buffer.from(data.map((byte, at) => byte ^ (key[at % 4] ?? 0)))
  return Buffer.concat([head, key, hidden])
}

export interface RawWireOptions {
  readonly port: number
  readonly host?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class RawWire {
  /** The texts that the server has sent, as whole messages in order. */
  readonly texts: string[] = []
  /** The status line of the response to the upgrade. */
  status = ''
  /** Code of the server's close frame, if it sent one. */
  closeCode: number | null = null
  /** Whether the client answers a close frame, for which the server waits a while. */
  isPolite = true
  readonly #socket: Socket
  readonly #listeners = new Set<() => void>()
  #received = Buffer.alloc(0)
  #ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    // ignored because: the server is expected to break off
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#ended = true
      this.#tell()
    })
  }

  /** Connects and asks for an upgrade; resolves when the server responds or the connection has ended. */
  static async open(options: RawWireOptions): Promise<RawWire> {
    const { port, path = '/socket.io/?EIO=4&transport=websocket', headers = {} } = options
    const socket = connect(port, options.host ?? '127.0.0.1')
    const wire = new RawWire(socket)
    const lines = {
      host: `127.0.0.1:${port}`,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...headers,
    }
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET ${path} HTTP/1.1\r\n${head.join('')}\r\n`)
    await wire.until('the answer to an upgrade', () => wire.status !== '' || wire.ended)
    return wire
  }

  /** Connects as a member does, up to the server's acceptance. */
  static async admitted(port: number, token: string): Promise<RawWire> {
    const wire = await RawWire.open({ port })
    wire.text(`40${JSON.stringify({ token, version: PROTOCOL_VERSION })}`)
    await wire.until(
      'being admitted',
      () => wire.ended || wire.texts.some((text) => /^4[04]/.test(text)),
    )
    if (!wire.texts.some((text) => text.startsWith('40')))
      throw new Error(`not admitted: ${wire.texts.join(' ')}`)
    return wire
  }

  get ended(): boolean {
    return this.#ended
  }

  get port(): number | undefined {
    return this.#socket.localPort
  }

  /** Sends bytes as they are. */
  send(bytes: Buffer | string): void {
    if (!this.#ended) this.#socket.write(bytes)
  }

  /** Sends a whole message. */
  text(text: string): void {
    this.send(frameOf(OPCODES.text, text))
  }

  /** Sends a command and returns its acknowledgement, or null if the connection ends before. */
  async command(command: object, id = 1): Promise<unknown> {
    this.text(`42${id}${JSON.stringify(['command', command])}`)
    return this.answer(id)
  }

  /** Returns the acknowledgement with an id, or null if the connection ends before. */
  async answer(id: number): Promise<unknown> {
    const begin = `43${id}[`
    const answered = () => this.texts.find((text) => text.startsWith(begin))
    await this.until(`the answer to ${id}`, () => answered() !== undefined || this.ended)
    const text = answered()
    return text === undefined ? null : (JSON.parse(text.slice(begin.length - 1)) as unknown[])[0]
  }

  /** Sends nothing more, and resolves when the server has read everything and closed. */
  async finish(): Promise<void> {
    this.#socket.end()
    await this.untilEnded()
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause()
  }

  async untilEnded(): Promise<void> {
    await this.until('the end of the connection', () => this.ended)
  }

  until(what: string, look: () => boolean): Promise<boolean> {
    return until(what, look, (listener) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (this.status === '') {
      const end = this.#received.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = this.#received.subarray(0, end).toString('latin1')
      this.status = head.split('\r\n')[0] ?? ''
      this.#received = this.#received.subarray(end + 4)
    }
    if (this.status.includes(' 101 ')) while (this.#frame());
    this.#tell()
  }

  /** Takes one server frame off the received bytes; the server never splits messages. */
  #frame(): boolean {
    const data = this.#received
    if (data.length < 2) return false
    const short = (data[1] ?? 0) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (data.length < head) return false
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
    if (data.length < head + length) return false
    const payload = data.subarray(head, head + length)
    this.#received = data.subarray(head + length)
    const opcode = (data[0] ?? 0) & 0x0f
    if (opcode === OPCODES.text) this.#heard(payload.toString())
    if (opcode === OPCODES.close) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      if (this.isPolite) this.send(frameOf(OPCODES.close, payload))
    }
    return true
  }

  #heard(text: string): void {
    // Answers pings, as any client does.
    if (text === '2') this.text('3')
    else this.texts.push(text)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
