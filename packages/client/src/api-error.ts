// What every call and command of the page throws when it is refused, and what a person is told then.
import type { errorSchema } from '@roomcast/shared/protocol'
import type * as v from 'valibot'
import { words } from './wording/language.ts'

export type ApiErrorBody = Readonly<v.InferOutput<typeof errorSchema>>

/** A call that was refused, or that did not get through (`unreachable`, retryable). */
export class ApiError extends Error {
  readonly body: ApiErrorBody

  constructor(body: ApiErrorBody) {
    super(body.message)
    this.name = 'ApiError'
    this.body = body
  }
}

/** What to tell a person about something that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.body.message : words.trouble.unexpected
}
