// What every call and command of the page throws when it is refused, and the sentence for the person at the page.
import type { errorSchema } from '@roomcast/shared/protocol'
import type * as v from 'valibot'
import { words } from '../wording/language.ts'

export type ApiErrorBody = Readonly<v.InferOutput<typeof errorSchema>>

/** A call that was refused, or that did not get through (`unreachable`, retryable). */
export class ApiError extends Error {
  readonly body: ApiErrorBody

  constructor(body: ApiErrorBody) {
    super(body.code)
    this.name = 'ApiError'
    this.body = body
  }
}

/** The sentence of a refusal: that of the server, or the page's own where the refusal comes from the page. */
export function refusalText({ code, message }: ApiErrorBody): string {
  const own: Readonly<Record<string, string>> = words.trouble
  return message || (Object.hasOwn(own, code) ? own[code] : null) || words.trouble.unexpected
}

/** The sentence about something that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? refusalText(error.body) : words.trouble.unexpected
}
