// A Claude that records when it writes each piece: every answer is a row of pieces of the same length, one every few
// milliseconds, written by this process, so that one clock measures both writing and arrival.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Bytes of a piece. */
export const PIECE = 10

/** A stream event; only its name matters here. */
interface Event {
  readonly type: string
  readonly [field: string]: unknown
}

export interface Metronome {
  readonly url: string
  /** The time when each piece of the newest answer was written, `performance.now()`. */
  readonly written: readonly number[]
  close(): Promise<void>
}

/** @param pieces the number in an answer, one every `gapMs` */
export async function startMetronome(pieces: number, gapMs: number): Promise<Metronome> {
  const written: number[] = []
  const usage = { input_tokens: 1, output_tokens: 1 }
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end('{}')
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req' })
    const send = (event: Event) =>
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    const message = {
      id: 'msg',
      type: 'message',
      role: 'assistant',
      content: [],
      model: 'm',
      usage,
    }
    send({ type: 'message_start', message })
    const block = { type: 'text', text: '' }
    send({ type: 'content_block_start', index: 0, content_block: block })
    written.length = 0
    tick(response, send)
  })
  const tick = (response: ServerResponse, send: (event: Event) => unknown): void => {
    const timer = setInterval(() => {
      const text = String(written.length).padStart(PIECE, '.')
      written.push(performance.now())
      send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
      if (written.length < pieces) return
      clearInterval(timer)
      send({ type: 'content_block_stop', index: 0 })
      const delta = { stop_reason: 'end_turn', stop_sequence: null }
      send({ type: 'message_delta', delta, usage })
      send({ type: 'message_stop' })
      response.end()
    }, gapMs)
    response.on('close', () => clearInterval(timer))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    written,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
