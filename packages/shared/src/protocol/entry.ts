// Entries: the durable facts of a room, in one order for everybody.
import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'

/** How a generation can end; the first end wins. */
export const OUTCOMES = ['completed', 'cancelled', 'failed', 'interrupted'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a generation runs: a question, the same question again, or the rest of an earlier reply. */
export const MODES = ['answer', 'retry', 'continue'] as const
export type Mode = (typeof MODES)[number]

export const ROLES = ['owner', 'member'] as const
export type Role = (typeof ROLES)[number]

/** Members who may make invite links and end them: everyone, or the owner alone. */
export const INVITERS = ['all', 'owner'] as const
export type Inviters = (typeof INVITERS)[number]

/** Tokens of one generation. `estimated`: Claude did not get to report the final numbers. */
export const usageSchema = v.object({
  inputTokens: countSchema,
  outputTokens: countSchema,
  estimated: v.boolean(),
})
export type Usage = Readonly<v.InferOutput<typeof usageSchema>>

/** Offset: dense, from 1, per room and epoch. `at`: milliseconds since 1970 on the server that wrote it. */
const fact = { offset: countSchema, at: countSchema }

export const roomCreatedSchema = v.object({
  ...fact,
  type: v.literal('room-created'),
  roomId: idSchema,
  title: v.string(),
  model: v.string(),
  instructions: v.string(),
})

/** Also sent again for a member whose name or role changed. */
export const memberJoinedSchema = v.object({
  ...fact,
  type: v.literal('member-joined'),
  memberId: idSchema,
  name: v.string(),
  role: v.picklist(ROLES),
})

/** A passage that a message answers to: `of` is the message or generation that it was taken from, `by` who said it (none: Claude). */
export const quoteSchema = v.object({
  of: idSchema,
  by: v.optional(idSchema),
  text: v.string(),
})
export type Quote = Readonly<v.InferOutput<typeof quoteSchema>>

/**
 * `ask`: this is a question to Claude, to be answered by `model` if there is one, else by the room's.
 * `mentions`: members whom it calls by name.
 */
export const messagePostedSchema = v.object({
  ...fact,
  type: v.literal('message-posted'),
  messageId: idSchema,
  by: idSchema,
  text: v.string(),
  ask: v.boolean(),
  quote: v.optional(quoteSchema),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
  model: v.optional(v.string()),
})

/** Its author has given a message another text; a question that waits will be asked with it. */
export const messageEditedSchema = v.object({
  ...fact,
  type: v.literal('message-edited'),
  messageId: idSchema,
  by: idSchema,
  text: v.string(),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
})

/** A message is shown to nobody any more, Claude included; a question that waits leaves the queue. */
export const messageRetractedSchema = v.object({
  ...fact,
  type: v.literal('message-retracted'),
  messageId: idSchema,
  by: idSchema,
})

/**
 * What is not named stays. `model`, `instructions` and `thinking` (whether Claude's thoughts are asked for) hold for the
 * generations that start from now on.
 */
export const settingsChangedSchema = v.object({
  ...fact,
  type: v.literal('settings-changed'),
  by: idSchema,
  title: v.optional(v.string()),
  model: v.optional(v.string()),
  instructions: v.optional(v.string()),
  inviters: v.optional(v.picklist(INVITERS)),
  thinking: v.optional(v.boolean()),
})

/** A link that lets in whoever holds it, until that time (ms since 1970) or until the links of the room are ended. */
export const inviteMadeSchema = v.object({
  ...fact,
  type: v.literal('invite-made'),
  inviteId: idSchema,
  by: idSchema,
  until: countSchema,
})

/** No link made before lets anybody in any more. A removal ends them too, without this entry. */
export const invitesEndedSchema = v.object({
  ...fact,
  type: v.literal('invites-ended'),
  by: idSchema,
})

/** A member left (`by` is the same), or the owner has removed them, and then no invite lets them in again. */
export const memberLeftSchema = v.object({
  ...fact,
  type: v.literal('member-left'),
  memberId: idSchema,
  by: idSchema,
})

/** The question waits at the end of the queue. */
export const questionQueuedSchema = v.object({
  ...fact,
  type: v.literal('question-queued'),
  messageId: idSchema,
})

export const questionWithdrawnSchema = v.object({
  ...fact,
  type: v.literal('question-withdrawn'),
  messageId: idSchema,
  by: idSchema,
})

/** A queue that a stop had put on hold goes on. */
export const queueResumedSchema = v.object({
  ...fact,
  type: v.literal('queue-resumed'),
  by: idSchema,
})

/**
 * `number` counts the generations of a room from 1; deltas name it. `messageId` is the question (and
 * leaves the queue if it waited there); `of` is the generation that a retry or continue refers to.
 */
export const generationStartedSchema = v.object({
  ...fact,
  type: v.literal('generation-started'),
  generationId: idSchema,
  number: countSchema,
  mode: v.picklist(MODES),
  messageId: idSchema,
  of: v.optional(idSchema),
  by: idSchema,
  model: v.string(),
})

/**
 * `end`: final length of the reply in UTF-8 bytes; `digest`: SHA-256 of them, hex. `by`, `reason`: who
 * stopped it and why, with `cancelled`. `stop`: Claude's own stop reason, with `completed`. `error`: with
 * `failed` and `interrupted`. `held`: the queue waits until somebody resumes it.
 */
export const generationEndedSchema = v.object({
  ...fact,
  type: v.literal('generation-ended'),
  generationId: idSchema,
  number: countSchema,
  outcome: v.picklist(OUTCOMES),
  end: countSchema,
  digest: v.string(),
  held: v.boolean(),
  by: v.optional(idSchema),
  reason: v.optional(v.string()),
  stop: v.optional(v.string()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  usage: v.optional(usageSchema),
  /** Older talk did not fit into the prompt. */
  omitted: v.optional(v.boolean()),
})

export const entrySchema = v.variant('type', [
  roomCreatedSchema,
  memberJoinedSchema,
  memberLeftSchema,
  settingsChangedSchema,
  inviteMadeSchema,
  invitesEndedSchema,
  messagePostedSchema,
  messageEditedSchema,
  messageRetractedSchema,
  questionQueuedSchema,
  questionWithdrawnSchema,
  queueResumedSchema,
  generationStartedSchema,
  generationEndedSchema,
])

export type Entry = Readonly<v.InferOutput<typeof entrySchema>>
export type EntryType = Entry['type']
export type EntryOf<T extends EntryType> = Extract<Entry, { type: T }>
export type GenerationStarted = EntryOf<'generation-started'>
export type GenerationEnded = EntryOf<'generation-ended'>

const KNOWN_TYPES: readonly string[] = entrySchema.options.map(
  (option) => option.entries.type.literal,
)

/** An entry that this version does not know yet: it still has its place in the order. */
export const unknownEntrySchema = v.object({
  ...fact,
  type: v.pipe(v.string(), v.notValues(KNOWN_TYPES)),
})
export type UnknownEntry = Readonly<v.InferOutput<typeof unknownEntrySchema>> & {
  /** The type that it has, where that is known and the rest cannot be read; never on the wire. */
  readonly was?: string
}

/** Parses what came over the wire; an entry of an unknown type stays as its place in the order. */
export const anyEntrySchema = v.union([entrySchema, unknownEntrySchema])

/** Spreads over the union, where plain Omit would merge its members. */
type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
/** An entry before the log has given it its place and time. */
export type EntryDraft = OmitEach<Entry, 'offset' | 'at'>
