// The bodies of the HTTP API. Errors are `{error: {code, message, retryable}}` with a matching status.
import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'
import { cleanName, cleanTitle } from './name.ts'
import { messageSchema } from './room-state.ts'
import { ROLES } from './vocabulary.ts'

/** The longest name that is cleaned, in UTF-16 units: cleaning sorts consecutive accents in quadratic time. */
const LONGEST_UNCLEANED = 10 * LIMITS.nameLength
const mayBeCleaned = (name: string) => name.length <= LONGEST_UNCLEANED

const nameSchema = v.pipe(
  v.string(),
  v.check(mayBeCleaned, `is longer than ${LIMITS.nameLength} characters`),
  v.check(
    (name) => !mayBeCleaned(name) || name.trim() === '' || cleanName(name) !== '',
    'needs at least one visible character',
  ),
  v.transform(cleanName),
  v.minLength(1),
  v.maxLength(LIMITS.nameLength),
)

/** The length is checked before cleaning and again after. */
const titleSchema = v.pipe(
  v.string(),
  v.check(
    (title) => title.length <= 10 * LIMITS.titleLength,
    `is longer than ${LIMITS.titleLength} characters`,
  ),
  v.transform(cleanTitle),
  v.maxLength(LIMITS.titleLength),
)

/** `POST /api/session`: start a session with a name, or restore one with a personal link's key. */
export const sessionRequestSchema = v.union([
  v.object({ key: v.string() }),
  v.object({ name: nameSchema }),
])

export const sessionSchema = v.object({
  member: v.object({ memberId: idSchema, name: v.string() }),
  token: v.string(),
})
export type Session = Readonly<v.InferOutput<typeof sessionSchema>>

/** `POST /api/session/link`: opens the same session in another browser. */
export const sessionLinkSchema = v.object({ url: v.string() })

export const roomRequestSchema = v.object({
  title: v.optional(titleSchema, ''),
  model: v.optional(v.pipe(v.string(), v.maxLength(100))),
  instructions: v.optional(
    v.pipe(
      v.string(),
      v.transform((instructions) => instructions.toWellFormed()),
      v.maxLength(LIMITS.instructionsLength),
    ),
    '',
  ),
  /** Required if the server has one; without it the server answers `start-code-needed`. */
  startCode: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.startCodeLength))),
})

export const roomSummarySchema = v.object({
  roomId: idSchema,
  title: v.string(),
  role: v.picklist(ROLES),
  /** The time of the last activity in the room. */
  at: countSchema,
  /** Claude is answering in the room now. */
  running: v.boolean(),
  /** Offset of the room's last entry; the entries after the last one a reader has seen are new. */
  offset: v.optional(countSchema),
})
export type RoomSummary = Readonly<v.InferOutput<typeof roomSummarySchema>>

export const inviteUrlSchema = v.object({
  inviteUrl: v.string(),
  /** How long the link is valid. */
  days: v.optional(countSchema),
})
/** `GET /api/rooms/:id/invites`: the open links, oldest first, for a member who may make links. */
export const inviteListSchema = v.object({
  invites: v.array(
    v.object({ inviteUrl: v.string(), by: idSchema, at: countSchema, until: countSchema }),
  ),
})
export type InviteList = Readonly<v.InferOutput<typeof inviteListSchema>>
export const roomMadeSchema = v.object({ room: roomSummarySchema, ...inviteUrlSchema.entries })
export const roomListSchema = v.object({ rooms: v.array(roomSummarySchema) })
export const inviteRequestSchema = v.object({ invite: v.string() })
export const inviteAcceptedSchema = v.object({ room: roomSummarySchema, role: v.picklist(ROLES) })

/** `POST /api/invites/look {invite}`: a preview of the room, for a person who has not accepted the invite yet. */
export const inviteLookSchema = v.object({
  title: v.string(),
  /** Names of the members who are present, in order of arrival; 20 at most. */
  here: v.array(v.string()),
  running: v.boolean(),
})
export type InviteLook = Readonly<v.InferOutput<typeof inviteLookSchema>>

/**
 * `GET /api/rooms/:id/messages?before|after|around&limit`, with an offset in one of the three: messages, oldest first.
 * `earlier`, `later`: there are more in that direction.
 */
export const messagesPageSchema = v.object({
  messages: v.array(messageSchema),
  earlier: v.boolean(),
  later: v.optional(v.boolean()),
})
export type MessagesPage = Readonly<v.InferOutput<typeof messagesPageSchema>>

/**
 * `GET /api/rooms/:id/search?q&before`: the messages that contain the words, newest first, each with the passage around the
 * first match. `next`: pass it as `before` to search further back; null: the whole room has been searched.
 */
export const searchPageSchema = v.object({
  found: v.array(
    v.object({
      kind: v.picklist(['said', 'reply']),
      /** The messageId or generationId. */
      id: idSchema,
      offset: countSchema,
      at: countSchema,
      by: idSchema,
      /** Text around the match; `from`, `to`: the bounds of the match in it, in UTF-16 units. */
      passage: v.string(),
      from: countSchema,
      to: countSchema,
    }),
  ),
  next: v.nullable(countSchema),
})
export type SearchPage = Readonly<v.InferOutput<typeof searchPageSchema>>

/** `GET /api/models`: the models available here. Prices in US dollars per million tokens, where known. */
export const modelsSchema = v.object({
  simulated: v.boolean(),
  default: v.string(),
  models: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      maxInputTokens: countSchema,
      maxOutputTokens: countSchema,
      price: v.optional(v.object({ input: v.number(), output: v.number() })),
    }),
  ),
})
export type Models = Readonly<v.InferOutput<typeof modelsSchema>>

export { nameSchema, titleSchema }
