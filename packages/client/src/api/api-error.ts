// The error that every call of the page throws when it is refused, and the sentence shown for a refusal.
import type { errorSchema } from '@roomcast/shared/protocol'
import type * as v from 'valibot'
import { words } from '../wording/language.ts'

export type ApiErrorBody = Readonly<v.InferOutput<typeof errorSchema>>

/** A call that the server refused or that never reached it (`unreachable`, retryable). */
export class ApiError extends Error {
  readonly body: ApiErrorBody

  constructor(body: ApiErrorBody) {
    super(body.code)
    this.name = 'ApiError'
    this.body = body
  }
}

/** The sentence for a refusal: the server's, or the page's own if the page itself refused. */
export function refusalText({ code, message }: ApiErrorBody): string {
  const own: Readonly<Record<string, string>> = words.trouble
  return message || (Object.hasOwn(own, code) ? own[code] : null) || words.trouble.unexpected
}

/** The sentence for anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? refusalText(error.body) : words.trouble.unexpected
}
