/**
 * The vocabulary of scenarios: an answer and its fault. Types only.
 */
import type { ApiError } from './errors.ts'
import type { StopReason } from './wire.ts'

/** Where in the stream a fault happens: right after the named item was written. */
export type Stage =
  | 'headers'
  | 'message_start'
  | 'thinking'
  | 'text_deltas'
  | 'content_block_stop'
  | 'message_delta'
  | 'message_stop'

export type Act =
  /** An `error` event, then the end of the body or silence on an open connection. */
  | { readonly do: 'error-event'; readonly error: ApiError; readonly then: 'close' | 'leave-open' }
  /** TCP reset. */
  | { readonly do: 'reset' }
  /** The connection ends without the terminator of the chunked body. */
  | { readonly do: 'cut' }
  /** The body ends cleanly, too early. */
  | { readonly do: 'end' }
  /** Nothing more on an open connection, apart from `pings`. */
  | { readonly do: 'stall'; readonly pings: boolean }
  /** Silence (`hold`, milliseconds) with pings; then the answer continues. */
  | { readonly do: 'pause' }
  /** A data line that is not JSON, then the end. */
  | { readonly do: 'malformed' }

export type Fault = {
  readonly at: Stage
  /** For `text_deltas`: after how many; in a shorter answer the fault happens before its block ends. */
  readonly after?: number
  readonly act: Act
}

export type StreamPlan = {
  readonly kind: 'stream'
  readonly fault?: Fault
  readonly content?: 'prose' | 'unicode' | 'empty'
  readonly thinking?: 'summarized' | 'omitted' | 'none'
  readonly stopReason?: StopReason
  /** How bytes are grouped into writes; by default one event per write. */
  readonly bytes?: 'one-byte' | 'mid-character' | 'mid-blank-line' | 'coalesced'
  readonly lineEnd?: '\r\n'
  /** Cuts every surrogate pair, so that each half is in a delta of its own. */
  readonly cutPairs?: true
  /** Adds unknown events, deltas and fields, which a client has to ignore. */
  readonly strangers?: true
  /** Puts bytes that are not valid UTF-8 into one delta. */
  readonly invalidBytes?: true
  /** Omits the blank line after the last event. */
  readonly noLastBlankLine?: true
}

export type Plan =
  | StreamPlan
  | { readonly kind: 'http-error'; readonly error: ApiError; readonly html?: true }
  /** The request is read but never answered, or the connection is closed or reset instead. */
  | { readonly kind: 'no-headers'; readonly then: 'wait' | 'cut' | 'reset' }
