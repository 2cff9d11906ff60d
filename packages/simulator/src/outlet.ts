/**
 * The output to one client: writes bytes, waits for `drain`, notices when the connection closes.
 * Guarantees that nothing is written after a noticed close; counts the bytes that break this, so that tests can check it.
 * Knows nothing of events; the plan tells it how to split text into writes.
 */
import type { ServerResponse } from 'node:http'
import type { Timing } from './pace.ts'
import type { RequestLog, RequestRecord } from './record.ts'
import type { StreamPlan } from './plan.ts'

/** Writes between two turns of the event loop, so that even a fast answer notices a close. */
const WRITES_PER_TURN = 16
const COALESCED_BYTES = 16_384

export class Outlet {
  readonly record: RequestRecord
  readonly #response: ServerResponse
  readonly #log: RequestLog
  readonly #timing: Timing
  readonly #closed = new AbortController()
  #bytes: StreamPlan['bytes']
  #held: Buffer[] = []
  #heldBytes = 0
  #sinceTurn = 0
  #sent: Promise<void> = Promise.resolve()

  constructor(response: ServerResponse, record: RequestRecord, log: RequestLog, timing: Timing) {
    this.#response = response
    this.record = record
    this.#log = log
    this.#timing = timing
    response.on('close', () => {
      this.#log.end(
        record,
        response.writableFinished ? 'completed' : 'closed-by-client',
        timing.now(),
      )
      this.#closed.abort()
    })
  }

  /** Aborts when the connection is gone, whichever side ended it. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** Sends the response headers at once, before any delay. */
  open(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes?: StreamPlan['bytes'],
  ): void {
    this.#bytes = bytes
    this.record.status = status
    this.record.headersAt = this.#timing.now()
    this.#response.writeHead(status, headers)
    this.#response.flushHeaders()
  }

  /** Resolves when the socket can take more, or is gone. */
  async write(content: string | Buffer): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    if (this.#bytes === 'coalesced') {
      this.#held.push(bytes)
      this.#heldBytes += bytes.length
      if (this.#heldBytes >= COALESCED_BYTES) await this.flush()
      return
    }
    if (this.#bytes === undefined) return await this.#put(bytes)
    for (const piece of pieces(bytes, this.#bytes)) {
      await this.#put(piece)
      // A turn after each piece; otherwise the kernel would send them together.
      await this.#timing.turn()
    }
  }

  /** Sends the bytes that coalescing still holds. */
  async flush(): Promise<void> {
    if (this.#held.length === 0) return
    const bytes = Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    await this.#put(bytes)
  }

  /** Ends the body cleanly. `end` goes into the record: a clean end may still be a fault. */
  async finish(end: 'completed' | 'fault', body?: string): Promise<void> {
    await this.flush()
    if (this.closed.aborted) return
    if (body !== undefined) await this.#put(Buffer.from(body))
    if (this.closed.aborted) return
    if (end === 'fault') this.#log.end(this.record, end, this.#timing.now())
    const finished = new Promise<void>((resolve) => this.#response.end(resolve))
    await Promise.race([finished, aborted(this.closed)])
    this.#log.end(this.record, end, this.#timing.now())
  }

  /** Breaks the connection: `reset` with RST, `cut` with FIN and without the end of the body. */
  async break(how: 'reset' | 'cut'): Promise<void> {
    await this.flush()
    // Written bytes must be on their way before the connection breaks.
    await Promise.race([this.#sent, aborted(this.closed)])
    await this.#timing.turn()
    this.#log.end(this.record, 'fault', this.#timing.now())
    const socket = this.#response.socket
    if (how === 'reset') socket?.resetAndDestroy()
    else socket?.destroy()
  }

  /** Ends the connection because the simulator shuts down. */
  shutDown(): void {
    this.#log.end(this.record, 'shutdown', this.#timing.now())
    this.#response.socket?.destroy()
  }

  async #put(bytes: Buffer): Promise<void> {
    // A socket is destroyed a moment before it emits `close`.
    if (this.closed.aborted || this.#response.socket?.destroyed === true) return
    const { record } = this
    record.writes += 1
    record.bytes += bytes.length
    if (record.closedByClientAt !== null) record.bytesAfterClose += bytes.length
    let more = true
    this.#sent = new Promise((resolve) => {
      more = this.#response.write(bytes, () => resolve())
    })
    if (!more) await this.#drained()
    this.#sinceTurn += 1
    if (this.#sinceTurn >= WRITES_PER_TURN) {
      this.#sinceTurn = 0
      await this.#timing.turn()
    }
  }

  /** Removes its listeners after the wait: a stream may wait thousands of times. */
  #drained(): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }
}

/** Resolves when the signal aborts; at once if it already has. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function pieces(
  bytes: Buffer,
  split: Exclude<StreamPlan['bytes'], undefined | 'coalesced'>,
): Buffer[] {
  const cut: Buffer[] = []
  let from = 0
  for (let at = 1; at < bytes.length; at += 1) {
    if (!cutsAt(bytes, at, split)) continue
    cut.push(bytes.subarray(from, at))
    from = at
  }
  cut.push(bytes.subarray(from))
  return cut
}

function cutsAt(
  bytes: Buffer,
  at: number,
  split: Exclude<StreamPlan['bytes'], undefined | 'coalesced'>,
): boolean {
  const byte = bytes[at] ?? 0
  const before = bytes[at - 1] ?? 0
  switch (split) {
    case 'one-byte':
      return true
    case 'mid-character':
      // Right after a lead byte, when a continuation byte follows.
      return before >= 0xc0 && (byte & 0xc0) === 0x80
    case 'mid-blank-line':
      return before === 0x0a && byte === 0x0a
  }
}
