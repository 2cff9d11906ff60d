// One connection to a node over a bare WebSocket: the few lines of Engine.IO 4 and Socket.IO 5 that the protocol needs
// (https://socket.io/docs/v4/engine-io-protocol/, https://socket.io/docs/v4/socket-io-protocol/), as written by
// somebody without a library. Shares no code with the page.
import { type CommandResult, PROTOCOL_VERSION } from '@roomcast/shared/protocol'

export interface RawLinkHandlers {
  readonly onOpen: () => void
  readonly onUpdate: (update: unknown) => void
  /** Called once. */
  readonly onClosed: (why: string) => void
}

const CONNECT_MS = 5000
/** The server pings every 10 s and waits 20: https://socket.io/docs/v4/how-it-works/#disconnection-detection */
const SILENCE_MS = 30_000

export class RawLink {
  readonly #socket: WebSocket
  readonly #handlers: RawLinkHandlers
  readonly #token: string
  readonly #unanswered = new Map<number, (result: CommandResult | null) => void>()
  #nextAnswer = 0
  #timer: NodeJS.Timeout
  #isOver = false

  constructor(port: number, token: string, handlers: RawLinkHandlers) {
    this.#handlers = handlers
    this.#token = token
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
    this.#timer = setTimeout(() => this.close('no connection in time'), CONNECT_MS)
    this.#socket.addEventListener('message', ({ data }) => this.#hear(String(data)))
    this.#socket.addEventListener('close', () => this.close('closed'))
    this.#socket.addEventListener('error', () => this.close('broken'))
  }

  /** Sends a command; returns null if the connection ends before the answer. */
  send(command: Readonly<Record<string, unknown>>): Promise<CommandResult | null> {
    if (this.#isOver) return Promise.resolve(null)
    const id = this.#nextAnswer++
    return new Promise((resolve) => {
      this.#unanswered.set(id, resolve)
      this.#write(`42${id}${JSON.stringify(['command', command])}`)
    })
  }

  close(why: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket.close()
    for (const resolve of this.#unanswered.values()) resolve(null)
    this.#unanswered.clear()
    this.#handlers.onClosed(why)
  }

  #hear(packet: string): void {
    if (this.#isOver) return
    this.#timer.refresh()
    switch (packet.charAt(0)) {
      case '0':
        return this.#write(`40${JSON.stringify({ version: PROTOCOL_VERSION, token: this.#token })}`)
      case '1':
        return this.close('told to close')
      case '2':
        return this.#write('3')
      case '4':
        return this.#hearMessage(packet.slice(1))
    }
  }

  #hearMessage(message: string): void {
    switch (message.charAt(0)) {
      case '0':
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.close('silent'), SILENCE_MS)
        return this.#handlers.onOpen()
      case '1':
        return this.close('sent away')
      case '2':
        return this.#hearEvent(message.slice(1))
      case '3':
        return this.#hearAnswer(message.slice(1))
      case '4':
        return this.close(`refused: ${message.slice(1)}`)
    }
  }

  #hearEvent(json: string): void {
    const [name, update] = JSON.parse(json) as [string, unknown]
    if (name === 'update') this.#handlers.onUpdate(update)
  }

  #hearAnswer(answer: string): void {
    const [, id = '', json = '[]'] = /^(\d+)(.*)$/s.exec(answer) ?? []
    const [result] = JSON.parse(json) as [CommandResult]
    this.#unanswered.get(Number(id))?.(result)
    this.#unanswered.delete(Number(id))
  }

  #write(packet: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(packet)
  }
}
