// Counts the bytes an HTTP server has written to its connections, upgraded ones included, without work per write.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export class SentBytes {
  readonly #open = new Set<Socket>()
  #closed = 0
  #most = 0

  watch(http: Server): void {
    http.on('connection', (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => {
        this.#open.delete(socket)
        this.#closed += socket.bytesWritten
      })
    })
  }

  /** Bytes since the start. Never decreases, though a connection that breaks subtracts its unsent bytes. */
  get total(): number {
    let total = this.#closed
    for (const socket of this.#open) total += socket.bytesWritten
    this.#most = Math.max(this.#most, total)
    return this.#most
  }
}
