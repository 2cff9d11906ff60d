// Bounds the bytes of an answer: an endpoint may send without end, and all of it would be buffered or read.

import { ClaudeFailure } from '../claude.ts'

/** Limit per event, bytes: a whole reply of `LIMITS.replyBytes`, with every character written as `\uXXXX`. */
const EVENT_BYTES = 8 * 1024 * 1024
/** Limit per answer, bytes: a whole reply, with one event per character. */
export const ANSWER_BYTES = 256 * 1024 * 1024

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * Passes a body through unchanged.
 * @throws ClaudeFailure `protocol` during reading, beyond `EVENT_BYTES` without an empty line or `ANSWER_BYTES` in all
 */
export function bounded(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let [ofEvent, ofAnswer] = [0, 0]
  let isLineEmpty = true
  let isAfterReturn = false
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        for (const byte of bytes) {
          ofEvent++
          if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) isLineEmpty = false
          else if (byte === CARRIAGE_RETURN || !isAfterReturn) {
            if (isLineEmpty) ofEvent = 0
            isLineEmpty = true
          }
          isAfterReturn = byte === CARRIAGE_RETURN
        }
        ofAnswer += bytes.length
        if (ofEvent > EVENT_BYTES || ofAnswer > ANSWER_BYTES)
          throw new ClaudeFailure('protocol', { retryable: true })
        controller.enqueue(bytes)
      },
    }),
  )
}
