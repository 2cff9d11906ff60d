// Parses requests against schemas; an error names the first wrong field in a sentence.
import type { Request } from 'express'
import * as v from 'valibot'
import { idSchema, Refusal, type RoomId } from '@roomcast/shared/protocol'
import type { PagePlace } from '../room/message-pages.ts'

/** Parses the JSON body of a request. Refusal `bad-request`, naming the first wrong field. */
export function parseBody<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): v.InferOutput<S> {
  const body: unknown = request.body
  if (body === undefined) {
    throw new Refusal('bad-request', 'Send a JSON body, with content-type application/json.')
  }
  // The schemas would accept an array as an object without fields.
  if (Array.isArray(body)) throw new Refusal('bad-request', 'The body must be an object.')
  return parse(schema, body)
}

/** Parses `input` with `schema`. Refusal `bad-request`, naming the first wrong field. */
export function parse<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, input, { abortEarly: true, abortPipeEarly: true })
  if (parsed.success) return parsed.output
  throw new Refusal('bad-request', sentence(parsed.issues[0]))
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)
  const field = path === null ? 'The body' : `The ${path}`
  const { requirement } = issue
  if (issue.input === undefined) return `${field} is missing.`
  switch (issue.type) {
    case 'min_length':
      return `${field} is empty.`
    case 'max_length':
      return `${field} is longer than ${String(requirement)} characters.`
    case 'string':
      return `${field} must be text.`
    case 'object':
      return `${field} must be an object.`
    case 'check':
    case 'regex':
    case 'picklist':
    case 'min_value':
    case 'max_value':
      return `${field} ${issue.message}.`
    default:
      return `${field} is not valid.`
  }
}

/** The room id in the path. An invalid id is refused as `room-not-found`. */
export function roomIdOf(request: Request): RoomId {
  const parsed = v.safeParse(idSchema, request.params['id'])
  if (!parsed.success) throw new Refusal('room-not-found')
  return parsed.output
}

const BEFORE = 'must be the offset of a message'
const LIMIT = 'must be a whole number from 1 to 100'

const offsetSchema = v.optional(
  v.pipe(v.string(), v.regex(/^\d{1,15}$/, BEFORE), v.transform(Number)),
)

/** The query of `GET /api/rooms/:id/messages`. */
export const pageQuerySchema = v.object({
  before: offsetSchema,
  after: offsetSchema,
  around: offsetSchema,
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}$/, LIMIT),
      v.transform(Number),
      v.minValue(1, LIMIT),
      v.maxValue(100, LIMIT),
    ),
    '50',
  ),
})

/** The query of `GET /api/rooms/:id/search`. */
export const searchQuerySchema = v.object({
  q: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  before: offsetSchema,
})

/** The page that a query asks for. Refusal `bad-request` if it names more than one place. */
export function placeOf(query: v.InferOutput<typeof pageQuerySchema>): PagePlace {
  const { before, after, around } = query
  const given = [before, after, around].filter((offset) => offset !== undefined)
  if (given.length > 1) throw new Refusal('bad-request', 'Use one of before, after and around.')
  if (after !== undefined) return { after }
  return around === undefined ? { before } : { around }
}

/** The query of `GET /api/rooms/:id/export`. */
export const exportQuerySchema = v.object({
  format: v.optional(v.picklist(['markdown', 'json'], 'must be markdown or json'), 'markdown'),
})
