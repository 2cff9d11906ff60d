// What goes over the wire of an event stream, byte for byte. The format: https://html.spec.whatwg.org/#server-sent-events
import { isDelta, type Position, type Update } from '@roomcast/shared/protocol'
import { eventId } from './event-id.ts'

/** The headers of every stream. */
export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  // nginx collects an answer before it passes it on, unless it is told not to.
  'X-Accel-Buffering': 'no',
  // After a stream its connection is of no use, and would hold up a server that goes down.
  Connection: 'close',
} as const

/** A comment, so that neither proxies nor programs take the stream for dead. */
export const KEEP_ALIVE = Buffer.from(': \n\n')

/**
 * One update as an event. Its data is one line: JSON escapes every line end.
 * @param position where the update leaves a follower; null, and the event has no id, when it leaves it where it was
 */
export function frameOf(update: Update, position: Position | null): Buffer {
  const type = isDelta(update) ? 'delta' : update.type
  const id = position === null ? '' : `id: ${eventId(position)}\n`
  return Buffer.from(`event: ${type}\n${id}data: ${JSON.stringify(update)}\n\n`)
}

/** How long a client is to wait before it comes back, ms. */
export function retryFrame(ms: number): Buffer {
  return Buffer.from(`retry: ${ms}\n\n`)
}
