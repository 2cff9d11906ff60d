// Commands: what a member wants, all through the one Socket.IO event `command`, always acknowledged.
import * as v from 'valibot'
import { idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'
import { titleSchema } from './http.ts'
import { INVITERS, OUTCOMES, quoteSchema } from './entry.ts'
import { positionSchema } from './position.ts'
import { errorSchema } from './error.ts'

const base = { commandId: idSchema, roomId: idSchema }
/** How long it is comes first: nobody looks at a hundred thousand ids. */
const mentionsSchema = v.optional(
  v.pipe(
    v.custom<unknown[]>(
      (input) => Array.isArray(input) && input.length <= LIMITS.mentions,
      `Invalid length: Expected a list of at most ${LIMITS.mentions}`,
    ),
    v.array(idSchema),
  ),
)

export const commandSchemas = {
  /** Watch this room (and no other on this connection), from `since` if that can be continued. */
  join: v.object({ type: v.literal('join'), ...base, since: v.optional(positionSchema) }),
  leave: v.object({ type: v.literal('leave'), ...base }),
  /** Say something; with `ask` it is a question to Claude. */
  post: v.object({
    type: v.literal('post'),
    ...base,
    text: v.string(),
    ask: v.boolean(),
    quote: v.optional(
      v.object({
        ...quoteSchema.entries,
        text: v.pipe(v.string(), v.maxLength(LIMITS.quoteLength)),
      }),
    ),
    mentions: mentionsSchema,
    /** One of those of `GET /api/models`, for this question alone. */
    model: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.modelLength))),
  }),
  /** Give an own message another text. */
  edit: v.object({
    type: v.literal('edit'),
    ...base,
    messageId: idSchema,
    text: v.string(),
    mentions: mentionsSchema,
  }),
  /** Take back an own message; the owner of the room may do it with anybody's. */
  retract: v.object({ type: v.literal('retract'), ...base, messageId: idSchema }),
  /** Change what the room is called, how Claude answers in it, and which members may invite; for its owner. */
  configure: v.object({
    type: v.literal('configure'),
    ...base,
    title: v.optional(titleSchema),
    model: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.modelLength))),
    instructions: v.optional(
      v.pipe(
        v.string(),
        v.transform((instructions) => instructions.toWellFormed()),
        v.maxLength(LIMITS.instructionsLength),
      ),
    ),
    inviters: v.optional(v.picklist(INVITERS)),
    thinking: v.optional(v.boolean()),
  }),
  /** Leave the room for good (oneself), or remove a member (its owner). */
  remove: v.object({ type: v.literal('remove'), ...base, memberId: idSchema }),
  /** Stop a generation for everybody. */
  cancel: v.object({
    type: v.literal('cancel'),
    ...base,
    generationId: idSchema,
    reason: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.reasonLength))),
  }),
  /** Answer the question of an ended generation again. */
  retry: v.object({ type: v.literal('retry'), ...base, generationId: idSchema }),
  /** Go on where an ended generation broke off. */
  continue: v.object({ type: v.literal('continue'), ...base, generationId: idSchema }),
  /** Take back an own question that still waits. */
  withdraw: v.object({ type: v.literal('withdraw'), ...base, messageId: idSchema }),
  /** Let a held queue go on. */
  resume: v.object({ type: v.literal('resume'), ...base }),
  /** The member is writing now; forgotten after a few seconds. */
  typing: v.object({ type: v.literal('typing'), ...base }),
  /** Where this connection's reader is; holds until it is told anew. */
  look: v.object({
    type: v.literal('look'),
    ...base,
    look: v.picklist(['live', 'above', 'away']),
  }),
} as const

export type CommandType = keyof typeof commandSchemas
export type CommandOf<T extends CommandType> = Readonly<v.InferOutput<(typeof commandSchemas)[T]>>
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType]

/** What an acknowledgement may tell besides `ok`. */
export const acknowledgedSchema = v.object({
  ok: v.literal(true),
  messageId: v.optional(idSchema),
  generationId: v.optional(idSchema),
  /** The question waits in the queue. */
  queued: v.optional(v.boolean()),
  /** With `cancel`: how the generation ended (also if it had ended before) and at which byte. */
  outcome: v.optional(v.picklist(OUTCOMES)),
  end: v.optional(v.number()),
})
export type Acknowledged = Readonly<v.InferOutput<typeof acknowledgedSchema>>

export const commandResultSchema = v.variant('ok', [
  acknowledgedSchema,
  v.object({ ok: v.literal(false), error: errorSchema }),
])
export type CommandResult = Readonly<v.InferOutput<typeof commandResultSchema>>
