// Every error of a request becomes `{error: {code, message, retryable}}` here.
// An unexpected error is logged, without the request's body, and answered as `internal`.
import type { ErrorRequestHandler, Response } from 'express'
import { type ErrorCode, Refusal } from '@roomcast/shared/protocol'
import { TooOften } from '../access/too-often.ts'
import type { Logger } from '../logger.ts'
import { STATUS } from './status.ts'

/** Answers a request with a refusal. */
export function refuse(response: Response, refusal: Refusal): void {
  const { body } = refusal
  if (body.code === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer')
  if (refusal instanceof TooOften) response.set('Retry-After', String(refusal.retrySeconds))
  response.status(STATUS[body.code]).json({ error: body })
}

/** Express's last handler, for every thrown error; `onRefused` gets the code of the answer. */
export function handleErrors(
  logger: Logger,
  onRefused: (code: ErrorCode) => void = () => undefined,
): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      // Part of the response has been sent; breaking off is how the other end learns that it is incomplete.
      if (!clientLeft(error)) log(logger, error, request.method, request.originalUrl)
      response.destroy()
      next()
      return
    }
    const known = refusalOf(error)
    if (known === null) log(logger, error, request.method, request.originalUrl)
    const refusal = known ?? new Refusal('internal')
    onRefused(refusal.body.code)
    refuse(response, refusal)
  }
}

function log(logger: Logger, err: unknown, method: string, path: string): void {
  logger.error({ err, method, path }, 'a request failed')
}

function clientLeft(error: unknown): boolean {
  return property(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE'
}

/** Messages for the errors of Express's body parser, by their type. */
const BODY_FAULTS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is not valid JSON.',
  'encoding.unsupported': 'Send the body uncompressed.',
  'charset.unsupported': 'Send the body in UTF-8.',
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  const status = property(error, 'status')
  if (status === 413) return new Refusal('too-large')
  if (typeof status !== 'number' || status < 400 || status > 499) return null
  return new Refusal('bad-request', BODY_FAULTS[String(property(error, 'type'))])
}

function property(error: unknown, name: string): unknown {
  return error instanceof Error ? (error as unknown as Record<string, unknown>)[name] : undefined
}
