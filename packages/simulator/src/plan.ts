/**
 * The language scenarios are written in: what a plan can say about an answer and its fault. Types only.
 */
import type { ApiError } from './errors.ts'
import type { StopReason } from './wire.ts'

/** Where in the stream a fault happens: right after the named thing was written. */
export type Stage =
  | 'headers'
  | 'message_start'
  | 'thinking'
  | 'text_deltas'
  | 'content_block_stop'
  | 'message_delta'
  | 'message_stop'

export type Act =
  /** An `error` event, then the end of the answer, or silence on an open connection. */
  | { readonly do: 'error-event'; readonly error: ApiError; readonly then: 'close' | 'leave-open' }
  /** TCP reset. */
  | { readonly do: 'reset' }
  /** The connection ends without the terminator of the chunked body. */
  | { readonly do: 'cut' }
  /** The body ends cleanly, too early. */
  | { readonly do: 'end' }
  /** Nothing more, on an open connection. */
  | { readonly do: 'stall'; readonly pings: boolean }
  /** Silence (`hold`, milliseconds), with pings; then the answer goes on. */
  | { readonly do: 'pause' }
  /** A data line that is not JSON, then the end. */
  | { readonly do: 'malformed' }

export type Fault = {
  readonly at: Stage
  /** For `text_deltas`: after how many of them; a shorter answer is hit before its block ends. */
  readonly after?: number
  readonly act: Act
}

export type StreamPlan = {
  readonly kind: 'stream'
  readonly fault?: Fault
  readonly content?: 'prose' | 'unicode' | 'empty'
  readonly thinking?: 'summarized' | 'omitted' | 'none'
  readonly stopReason?: StopReason
  /** How bytes are grouped into writes; one event per write unless told otherwise. */
  readonly bytes?: 'one-byte' | 'mid-character' | 'mid-blank-line' | 'coalesced'
  readonly lineEnd?: '\r\n'
  /** Cut every surrogate pair so that each half travels in a delta of its own. */
  readonly cutPairs?: true
  /** Add events, deltas and fields a client cannot know, which it has to ignore. */
  readonly strangers?: true
  /** Bytes that are no UTF-8 in one delta. */
  readonly invalidBytes?: true
  /** The last event misses its blank line. */
  readonly noLastBlankLine?: true
}

export type Plan =
  | StreamPlan
  | { readonly kind: 'http-error'; readonly error: ApiError; readonly html?: true }
  /** The request is read and nothing is ever answered, or the connection is closed or reset. */
  | { readonly kind: 'no-headers'; readonly then: 'wait' | 'cut' | 'reset' }
