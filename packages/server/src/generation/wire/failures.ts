// Maps a failed answer to one of our own codes: by Claude's error type, by HTTP status, or by the way the connection
// broke. Claude's own words go only to the operator, without anything of the prompt.
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk'
import { ClaudeFailure, type FailureCode, type TooLong } from '../claude.ts'

type Fields = Readonly<Record<string, unknown>>

/** API error types (https://docs.anthropic.com/en/api/errors), which also arrive inside a stream. */
const CODE_BY_TYPE: Readonly<Record<string, FailureCode>> = {
  overloaded_error: 'overloaded',
  rate_limit_error: 'rate-limited',
  authentication_error: 'authentication',
  billing_error: 'billing',
  permission_error: 'permission',
  not_found_error: 'unknown-model',
  invalid_request_error: 'invalid-request',
  request_too_large: 'too-large',
  timeout_error: 'no-answer',
  api_error: 'upstream',
}
const CODE_BY_STATUS: Readonly<Record<number, FailureCode>> = {
  400: 'invalid-request',
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'unknown-model',
  408: 'no-answer',
  413: 'too-large',
  429: 'rate-limited',
  504: 'no-answer',
  529: 'overloaded',
}
const RETRYABLE: ReadonlySet<FailureCode> = new Set([
  'overloaded',
  'rate-limited',
  'unreachable',
  'connection',
  'truncated',
  'protocol',
  'no-answer',
  'silent',
  'upstream',
])
/** 429s that waiting does not cure. */
const SPEND_LIMITS: ReadonlySet<string> = new Set([
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
])

/** The failure for an error of a request or of a body that breaks off. */
export function failureOf(error: unknown): ClaudeFailure {
  if (error instanceof ClaudeFailure) return error
  if (error instanceof APIConnectionTimeoutError) return failure('no-answer')
  if (error instanceof APIConnectionError) return failure(connectionCode(error))
  if (error instanceof APIUserAbortError) return failure('connection')
  if (error instanceof APIError) return failureOfApi(error as APIError)
  if (error instanceof SyntaxError) return failure('protocol')
  // A body that breaks off is a bare TypeError "terminated"; its cause distinguishes a timeout from a reset.
  if (error instanceof TypeError && error.cause instanceof Error)
    return failure(causeCode(error.cause) === 'UND_ERR_BODY_TIMEOUT' ? 'silent' : 'connection')
  return failure('upstream')
}

function failureOfApi(error: APIError): ClaudeFailure {
  const { type, errorCode, apiMessage, status, headers, requestID } = error
  return failureSaid({
    type,
    errorCode,
    message: apiMessage,
    status,
    retryAfterMs: retryAfter(headers),
    requestId: requestID ?? null,
  })
}

/** The failure for an error event within a stream. */
export function failureOfEvent(event: Fields, requestId: string | null): ClaudeFailure {
  const error = fieldsOf(event['error'])
  const { type, message } = error
  const errorCode = fieldsOf(error['details'])['error_code']
  return failureSaid({ type, errorCode, message, status: undefined, retryAfterMs: null, requestId })
}

interface Said {
  readonly type: unknown
  readonly errorCode: unknown
  readonly message: unknown
  /** HTTP status; undefined for an error within a stream. */
  readonly status: number | undefined
  readonly retryAfterMs: number | null
  readonly requestId: string | null
}

function failureSaid(said: Said): ClaudeFailure {
  const { retryAfterMs, requestId } = said
  const message = typeof said.message === 'string' ? said.message : ''
  const tooLong = tooLongOf(message)
  const code = codeOf(said, message, tooLong !== null)
  return new ClaudeFailure(code, {
    retryable: RETRYABLE.has(code),
    retryAfterMs,
    requestId,
    reason: message === '' ? null : message,
    tooLong: tooLong ?? (code === 'too-large' ? { tokens: null, maximum: null } : null),
  })
}

/**
 * The code of an error, also by its message: Claude uses one type for invalid requests, long prompts and unpaid bills.
 */
function codeOf(
  { type, errorCode, status }: Said,
  message: string,
  isTooLong: boolean,
): FailureCode {
  if (isTooLong) return 'too-large'
  if (typeof errorCode === 'string' && SPEND_LIMITS.has(errorCode)) return 'billing'
  const byType =
    typeof type === 'string' && Object.hasOwn(CODE_BY_TYPE, type) ? CODE_BY_TYPE[type] : undefined
  const code = byType ?? codeOfStatus(status)
  return code === 'invalid-request' && UNPAID.test(message) ? 'billing' : code
}

/** The account has no credit, or has reached the limit that its owner set. */
const UNPAID = /credit balance is too low|reached your specified (?:API )?usage limits/i

/** `prompt is too long: 205000 tokens > 200000 maximum` */
const TOO_LONG = /prompt is too long(?::\s*(\d{1,12}) tokens? > (\d{1,12}))?/i
/** `input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000` */
const TOO_LONG_IN_ALL =
  /input length and \W?max_tokens\W? exceed context limit(?::\s*(\d{1,12}) \+ (\d{1,12}) > (\d{1,12}))?/i

function tooLongOf(message: string): TooLong | null {
  const prompt = TOO_LONG.exec(message)
  if (prompt) return { tokens: amountOf(prompt[1]), maximum: amountOf(prompt[2]) }
  const all = TOO_LONG_IN_ALL.exec(message)
  if (!all) return null
  const [answer, most] = [amountOf(all[2]), amountOf(all[3])]
  const maximum = answer === null || most === null ? null : Math.max(0, most - answer)
  return { tokens: amountOf(all[1]), maximum }
}

function amountOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits)
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function failure(code: FailureCode): ClaudeFailure {
  return new ClaudeFailure(code, { retryable: RETRYABLE.has(code) })
}

/** @param status HTTP status; undefined for an error within a stream */
function codeOfStatus(status: number | undefined): FailureCode {
  // A redirect: a gateway that wants a login, or an address that has moved. It is not followed.
  if (status !== undefined && status >= 300 && status < 400) return 'protocol'
  return CODE_BY_STATUS[status ?? 0] ?? 'upstream'
}

/** Error codes of established connections; with any other, no connection was made (address, name, certificate). */
const BROKE_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** The code for a request without a response. The SDK wraps the error of fetch, which wraps that of the system. */
function connectionCode({ cause }: Error): FailureCode {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (!(inner instanceof Error)) return 'unreachable'
  if (inner.name === 'HTTPParserError') return 'protocol'
  const code = causeCode(inner)
  return code !== null && BROKE_OFF.has(code) ? 'connection' : 'unreachable'
}

function causeCode(cause: Error): string | null {
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : null
}

function retryAfter(headers: Headers | undefined): number | null {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return ms
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : null
}
