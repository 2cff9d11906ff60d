// The bytes of an answer, with a bound: whoever is asked may send without end, and all of it would be kept or read.

import { ClaudeFailure } from '../claude.ts'

/** Bytes of one event at most: a whole reply of `LIMITS.replyBytes`, with every character written as `\uXXXX`. */
const EVENT_BYTES = 8 * 1024 * 1024
/** Bytes of an answer at most: a whole reply, with an event of its own for each character. */
export const ANSWER_BYTES = 256 * 1024 * 1024

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * The same body.
 * @throws ClaudeFailure `protocol`, while it is read, beyond `EVENT_BYTES` without an empty line or `ANSWER_BYTES` in all
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
