/**
 * Refused requests: their status, body and extra headers.
 * The body is `{type: 'error', error: {type, message, details?}, request_id}`, with the same `request_id` as in the
 * headers.
 */

type ApiErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error'

export type ApiError = {
  readonly status: number
  readonly type: ApiErrorType
  readonly message: string
  /** A machine-readable reason within the type, such as a spend limit. */
  readonly code?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function invalid(message: string): ApiError {
  return { status: 400, type: 'invalid_request_error', message }
}

export function notFound(message: string): ApiError {
  return { status: 404, type: 'not_found_error', message }
}

/** The error object on the wire, in a body or in an `error` event. */
export function errorBody(
  error: Pick<ApiError, 'type' | 'message' | 'code'>,
  requestId: string,
): object {
  const details = error.code === undefined ? {} : { details: { error_code: error.code } }
  return {
    type: 'error',
    error: { type: error.type, message: error.message, ...details },
    request_id: requestId,
  }
}
