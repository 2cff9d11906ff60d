// A running server process seen through Node's own inspector, so that the server needs no code for tests.
import type { ServerProcess } from '../support/server-process.ts'
import { DEADLINE_MS } from '../support/deadline.ts'
import { pause } from '../support/pause.ts'

/**
 * The environment of a server that can be inspected: it opens the inspector on a free port of this machine on request.
 */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' }

export class Inspection {
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (result: unknown) => void>()
  #calls = 0

  /** Opens the inspector of a server that was started with `INSPECTABLE`. */
  static async attach(server: ServerProcess): Promise<Inspection> {
    process.kill(server.pid, 'SIGUSR1')
    const deadline = performance.now() + DEADLINE_MS
    for (;;) {
      const url = /Debugger listening on (ws:\S+)/.exec(server.stderr())?.[1]
      if (url !== undefined) return await Inspection.#open(url)
      if (performance.now() > deadline) throw new Error(`no inspector: ${server.stderr()}`)
      await pause(20)
    }
  }

  static async #open(url: string): Promise<Inspection> {
    const socket = new WebSocket(url)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', () => reject(new Error('no inspector')), { once: true })
    })
    return new Inspection(socket)
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
      if (id === undefined) return
      this.#answers.get(id)?.(result)
      this.#answers.delete(id)
    })
  }

  /** Bytes held in the heap and outside it (buffers), after garbage collection. */
  async memory(): Promise<number> {
    // The second collection frees the objects that the first one finalized.
    for (let time = 0; time < 2; time++) await this.#call('HeapProfiler.collectGarbage', {})
    return this.#number('(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())')
  }

  /** The number of timers set. */
  timers(): Promise<number> {
    return this.#number(
      "process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length",
    )
  }

  close(): void {
    this.#socket.close()
  }

  async #number(expression: string): Promise<number> {
    const { result } = (await this.#call('Runtime.evaluate', { expression })) as {
      result: { value?: unknown }
    }
    if (typeof result.value !== 'number') throw new Error(`${expression} gives no number`)
    return result.value
  }

  #call(method: string, params: object): Promise<unknown> {
    const id = (this.#calls += 1)
    this.#socket.send(JSON.stringify({ id, method, params }))
    return new Promise((resolve) => this.#answers.set(id, resolve))
  }
}
