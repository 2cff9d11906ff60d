/**
 * All the simulator's scenarios as data: name, nature, description, plan.
 * A test can loop over `SCENARIOS`; `nature` tells what a client must expect.
 */
import type { ApiError } from './errors.ts'
import type { Fault, Plan, StreamPlan } from './plan.ts'

/**
 * - `harmless`: a complete answer arrives, however oddly it is written; it ends with `message_stop`.
 * - `before-first-byte`: no byte of an answer ever arrives.
 * - `mid-stream`: some bytes arrive, but `message_stop` never does (or not in a readable form).
 * - `after-stop`: the answer is complete, but the connection misbehaves afterwards.
 */
export type Nature = 'harmless' | 'before-first-byte' | 'mid-stream' | 'after-stop'

export type Scenario = {
  readonly name: string
  readonly nature: Nature
  readonly description: string
  readonly plan: Plan
  /** The plan applies to this many requests of a conversation; later ones are `normal`. */
  readonly attempts?: number
}

const OVERLOADED: ApiError = { status: 529, type: 'overloaded_error', message: 'Overloaded' }
const RATE_LIMITED: ApiError = {
  status: 429,
  type: 'rate_limit_error',
  message: 'This request would exceed the rate limit of your organization.',
}

function refusing(
  name: string,
  description: string,
  error: ApiError,
  headers?: Readonly<Record<string, string>>,
): Scenario {
  const whole = headers === undefined ? error : { ...error, headers }
  return {
    name,
    nature: 'before-first-byte',
    description,
    plan: { kind: 'http-error', error: whole },
  }
}

function faulty(name: string, nature: Nature, description: string, fault: Fault): Scenario {
  return { name, nature, description, plan: { kind: 'stream', fault } }
}

function harmless(
  name: string,
  description: string,
  plan: Omit<StreamPlan, 'kind'> = {},
): Scenario {
  return { name, nature: 'harmless', description, plan: { kind: 'stream', ...plan } }
}

const HARMLESS: readonly Scenario[] = [
  harmless('normal', 'a whole answer'),
  harmless('thinking-summarized', 'thinking is shown before the answer', {
    thinking: 'summarized',
  }),
  harmless('thinking-omitted', 'a silent thinking block before the answer', {
    thinking: 'omitted',
  }),
  harmless('no-thinking', 'no thinking block at all', { thinking: 'none' }),
  harmless('empty-answer', 'a text block without a single delta', { content: 'empty' }),
  harmless('unicode', 'characters that break careless programs', { content: 'unicode' }),
  harmless('max-tokens', 'the answer is cut by the token limit', { stopReason: 'max_tokens' }),
  harmless('context-window', 'the answer is cut by the context window', {
    stopReason: 'model_context_window_exceeded',
  }),
  harmless('stop-sequence', 'the answer ends at a stop sequence', { stopReason: 'stop_sequence' }),
  harmless('pause-turn', 'the model pauses its turn', { stopReason: 'pause_turn' }),
  harmless('refusal', 'the model refuses after a few words, with stop_details', {
    stopReason: 'refusal',
  }),
  harmless('one-byte', 'every byte is a write of its own', { bytes: 'one-byte' }),
  harmless('split-characters', 'writes end in the middle of UTF-8 characters', {
    bytes: 'mid-character',
    content: 'unicode',
  }),
  harmless('split-blank-lines', 'writes end between the two line ends of a blank line', {
    bytes: 'mid-blank-line',
  }),
  harmless('coalesced', 'many events in one write', { bytes: 'coalesced' }),
  harmless('crlf', 'lines end with CR LF', { lineEnd: '\r\n' }),
  harmless('cut-pairs', 'each half of a surrogate pair comes in a delta of its own', {
    cutPairs: true,
    content: 'unicode',
  }),
  harmless('strangers', 'unknown events, deltas and fields between the known ones', {
    strangers: true,
  }),
  harmless('invalid-bytes', 'bytes that are no UTF-8', { invalidBytes: true }),
  faulty('pause', 'harmless', 'a long silence with pings, then the answer goes on', {
    at: 'text_deltas',
    after: 3,
    act: { do: 'pause' },
  }),
]

const BEFORE_FIRST_BYTE: readonly Scenario[] = [
  refusing('bad-request', 'HTTP 400', {
    status: 400,
    type: 'invalid_request_error',
    message: 'The request is invalid.',
  }),
  refusing(
    'bad-request-retry',
    'HTTP 400 with x-should-retry: true',
    { status: 400, type: 'invalid_request_error', message: 'The request is invalid, for now.' },
    { 'x-should-retry': 'true' },
  ),
  refusing('unauthorized', 'HTTP 401', {
    status: 401,
    type: 'authentication_error',
    message: 'invalid api key',
  }),
  refusing('billing', 'HTTP 402', {
    status: 402,
    type: 'billing_error',
    message: 'Your credit balance is too low to access the API.',
  }),
  refusing('forbidden', 'HTTP 403', {
    status: 403,
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
  }),
  refusing('not-found', 'HTTP 404', {
    status: 404,
    type: 'not_found_error',
    message: 'The requested resource was not found.',
  }),
  refusing('too-large', 'HTTP 413', {
    status: 413,
    type: 'request_too_large',
    message: 'Request exceeds the maximum size',
  }),
  refusing('rate-limited', 'HTTP 429 without a hint when to retry', RATE_LIMITED),
  refusing('rate-limited-seconds', 'HTTP 429 with retry-after: 1', RATE_LIMITED, {
    'retry-after': '1',
  }),
  refusing('rate-limited-ms', 'HTTP 429 with retry-after-ms: 50', RATE_LIMITED, {
    'retry-after-ms': '50',
  }),
  refusing('rate-limited-long', 'HTTP 429 with retry-after: 90', RATE_LIMITED, {
    'retry-after': '90',
  }),
  refusing(
    'spend-limit',
    'HTTP 429 that must not be retried: a spend limit, x-should-retry: false',
    { ...RATE_LIMITED, message: 'Spend limit reached.', code: 'enforced_spend_limit_reached' },
    { 'x-should-retry': 'false' },
  ),
  refusing('server-error', 'HTTP 500', {
    status: 500,
    type: 'api_error',
    message: 'Internal server error',
  }),
  {
    name: 'bad-gateway',
    nature: 'before-first-byte',
    description: 'HTTP 502 with an HTML page, as a proxy sends it',
    plan: {
      kind: 'http-error',
      html: true,
      error: { status: 502, type: 'api_error', message: 'Bad Gateway' },
    },
  },
  refusing('gateway-timeout', 'HTTP 504', {
    status: 504,
    type: 'timeout_error',
    message: 'The request timed out.',
  }),
  refusing('overloaded', 'HTTP 529', OVERLOADED),
  refusing('overloaded-seconds', 'HTTP 529 with retry-after: 1', OVERLOADED, {
    'retry-after': '1',
  }),
  {
    name: 'fail-first',
    nature: 'before-first-byte',
    description: 'HTTP 529 for the first attempts (2, or attempts=N), then normal',
    plan: { kind: 'http-error', error: OVERLOADED },
    attempts: 2,
  },
  {
    name: 'no-headers',
    nature: 'before-first-byte',
    description: 'the request is never answered',
    plan: { kind: 'no-headers', then: 'wait' },
  },
  {
    name: 'cut-before-headers',
    nature: 'before-first-byte',
    description: 'the connection is closed instead of an answer',
    plan: { kind: 'no-headers', then: 'cut' },
  },
  {
    name: 'reset-before-headers',
    nature: 'before-first-byte',
    description: 'the connection is reset instead of an answer',
    plan: { kind: 'no-headers', then: 'reset' },
  },
  faulty('headers-only', 'before-first-byte', 'HTTP 200, then nothing at all', {
    at: 'headers',
    act: { do: 'stall', pings: false },
  }),
  faulty('empty', 'before-first-byte', 'HTTP 200 with an empty body', {
    at: 'headers',
    act: { do: 'end' },
  }),
]

const MID_STREAM: readonly Scenario[] = [
  faulty('error', 'mid-stream', 'an overloaded_error event, then the end', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'error-event', error: OVERLOADED, then: 'close' },
  }),
  faulty('error-open', 'mid-stream', 'an overloaded_error event, then silence', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'error-event', error: OVERLOADED, then: 'leave-open' },
  }),
  faulty('error-api', 'mid-stream', 'an api_error event, then the end', {
    at: 'text_deltas',
    after: 5,
    act: {
      do: 'error-event',
      error: { status: 500, type: 'api_error', message: 'Internal server error' },
      then: 'close',
    },
  }),
  faulty('error-rate-limit', 'mid-stream', 'a rate_limit_error event, then the end', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'error-event', error: RATE_LIMITED, then: 'close' },
  }),
  faulty('error-first', 'mid-stream', 'an overloaded_error event before any text', {
    at: 'message_start',
    act: { do: 'error-event', error: OVERLOADED, then: 'close' },
  }),
  faulty('reset', 'mid-stream', 'the connection is reset', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'reset' },
  }),
  faulty('cut', 'mid-stream', 'the connection ends without the terminator of the body', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'cut' },
  }),
  faulty('end-at-start', 'mid-stream', 'a clean end right after message_start', {
    at: 'message_start',
    act: { do: 'end' },
  }),
  faulty('end-in-thinking', 'mid-stream', 'a clean end inside the thinking block', {
    at: 'thinking',
    act: { do: 'end' },
  }),
  faulty('end', 'mid-stream', 'a clean end inside the text', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'end' },
  }),
  faulty('end-after-block', 'mid-stream', 'a clean end after the text block', {
    at: 'content_block_stop',
    act: { do: 'end' },
  }),
  faulty('end-after-delta', 'mid-stream', 'a clean end after message_delta, stop reason included', {
    at: 'message_delta',
    act: { do: 'end' },
  }),
  {
    name: 'no-blank-line',
    nature: 'mid-stream',
    description: 'message_stop without its blank line, which parsers drop',
    plan: { kind: 'stream', noLastBlankLine: true },
  },
  faulty('stall', 'mid-stream', 'silence on an open connection', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'stall', pings: false },
  }),
  faulty('stall-pings', 'mid-stream', 'nothing but pings', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'stall', pings: true },
  }),
  faulty('stall-thinking', 'mid-stream', 'thinking that never ends, with pings', {
    at: 'thinking',
    act: { do: 'stall', pings: true },
  }),
  faulty('malformed', 'mid-stream', 'an event whose data is not JSON', {
    at: 'text_deltas',
    after: 5,
    act: { do: 'malformed' },
  }),
]

const AFTER_STOP: readonly Scenario[] = [
  faulty('hang-after-stop', 'after-stop', 'the body stays open after message_stop', {
    at: 'message_stop',
    act: { do: 'stall', pings: false },
  }),
  faulty('reset-after-stop', 'after-stop', 'a reset after message_stop', {
    at: 'message_stop',
    act: { do: 'reset' },
  }),
  faulty('cut-after-stop', 'after-stop', 'a cut after message_stop', {
    at: 'message_stop',
    act: { do: 'cut' },
  }),
]

export const SCENARIOS: readonly Scenario[] = [
  ...HARMLESS,
  ...BEFORE_FIRST_BYTE,
  ...MID_STREAM,
  ...AFTER_STOP,
]

const BY_NAME: ReadonlyMap<string, Scenario> = new Map(
  SCENARIOS.map((scenario) => [scenario.name, scenario]),
)

export function findScenario(name: string): Scenario | undefined {
  return BY_NAME.get(name)
}
