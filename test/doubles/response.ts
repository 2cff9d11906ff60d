// The part of a response that an event stream uses, without a connection: it remembers what was written, and a test
// decides how much of it is unsent and when the client goes.
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'

export class SimulatedResponse extends EventEmitter {
  readonly frames: Buffer[] = []
  readonly headers: Record<string, string> = {}
  headersSent = false
  writableEnded = false
  destroyed = false
  closed = false
  /** Bytes that the client has not read. */
  writableLength = 0

  get asResponse(): ServerResponse {
    return this as unknown as ServerResponse
  }

  writeHead(status: number, headers: Record<string, string>): void {
    if (status !== 200 || this.headersSent) throw new Error('it has begun already')
    this.headersSent = true
    Object.assign(this.headers, headers)
  }

  flushHeaders(): void {
    if (!this.headersSent) throw new Error('there are no headers')
  }

  write(frame: Buffer): boolean {
    if (this.writableEnded || this.destroyed) throw new Error('written after the end')
    this.frames.push(frame)
    return true
  }

  end(): void {
    this.writableEnded = true
    if (this.writableLength === 0) this.leave()
  }

  destroy(): void {
    this.destroyed = true
    this.leave()
  }

  /** Closes the connection. */
  leave(): void {
    if (this.closed) return
    this.closed = true
    this.emit('close')
  }

  /** Everything written since the last call. */
  taken(): string {
    return Buffer.concat(this.frames.splice(0)).toString()
  }
}
