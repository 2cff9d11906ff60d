// The wire format of event streams, byte for byte: https://html.spec.whatwg.org/#server-sent-events
import { isDelta, type Position, type Update } from '@roomcast/shared/protocol'
import { eventId } from './event-id.ts'

/** The headers of every stream. */
export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  // nginx buffers a response before it passes it on, unless this header tells it not to.
  'X-Accel-Buffering': 'no',
  // After a stream its connection is of no further use, and would delay the shutdown of a server.
  Connection: 'close',
} as const

/** A comment that keeps proxies and programs from taking the stream for dead. */
export const KEEP_ALIVE = Buffer.from(': \n\n')

/**
 * One update as an event. Its data is one line, since JSON escapes line ends.
 * @param position of a follower that has applied the update; null, for an event without id, if it does not change
 */
export function frameOf(update: Update, position: Position | null): Buffer {
  const type = isDelta(update) ? 'delta' : update.type
  const id = position === null ? '' : `id: ${eventId(position)}\n`
  return Buffer.from(`event: ${type}\n${id}data: ${JSON.stringify(update)}\n\n`)
}

/** The delay before a client reconnects, ms. */
export function retryFrame(ms: number): Buffer {
  return Buffer.from(`retry: ${ms}\n\n`)
}
