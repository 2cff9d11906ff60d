// RoomState: a room at a position. Snapshots carry it, checkpoints store it, and the fold in `room/`
// computes it.
import * as v from 'valibot'
import { countSchema, idSchema } from './ids.ts'
import { quoteSchema } from './quote.ts'
import { usageSchema } from './usage.ts'
import { type Inviters, INVITERS, MODES, OUTCOMES, ROLES } from './vocabulary.ts'

export const memberSchema = v.object({
  memberId: idSchema,
  name: v.string(),
  role: v.picklist(ROLES),
  joinedAt: countSchema,
  /** No longer a member. The name is still needed for their messages. */
  gone: v.optional(v.picklist(['left', 'removed'])),
})
export type Member = Readonly<v.InferOutput<typeof memberSchema>>

/** The kinds of text in a reply. A mark applies from its byte position to the next mark. */
export const KINDS = ['thinking', 'text'] as const
export type Kind = (typeof KINDS)[number]
export const markSchema = v.object({ kind: v.picklist(KINDS), from: countSchema })
export type Mark = Readonly<v.InferOutput<typeof markSchema>>

/** A member's message. `offset` is that of its `message-posted` entry. */
export const saidSchema = v.object({
  kind: v.literal('said'),
  messageId: idSchema,
  offset: countSchema,
  at: countSchema,
  by: idSchema,
  text: v.string(),
  ask: v.boolean(),
  withdrawn: v.boolean(),
  quote: v.optional(quoteSchema),
  mentions: v.optional(v.pipe(v.array(idSchema), v.readonly())),
  model: v.optional(v.string()),
  /** The time of its author's last edit. */
  editedAt: v.optional(countSchema),
  /** The member who retracted it; its text and quote are then gone. */
  retractedBy: v.optional(idSchema),
})
export type Said = Readonly<v.InferOutput<typeof saidSchema>> & {
  /** The message could not be read and only keeps its place; never on the wire. */
  readonly unreadable?: true
}

/** How a generation ended; the fields are those of `generation-ended`. */
export const endedSchema = v.object({
  outcome: v.picklist(OUTCOMES),
  at: countSchema,
  by: v.optional(idSchema),
  reason: v.optional(v.string()),
  stop: v.optional(v.string()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  usage: v.optional(usageSchema),
  omitted: v.optional(v.boolean()),
})
export type Ended = Readonly<v.InferOutput<typeof endedSchema>>

/** Claude's reply in one generation. `end` is the length of `text` in UTF-8 bytes; `ended` is null while it runs. */
export const replySchema = v.object({
  kind: v.literal('reply'),
  generationId: idSchema,
  number: countSchema,
  offset: countSchema,
  at: countSchema,
  messageId: idSchema,
  by: idSchema,
  mode: v.picklist(MODES),
  of: v.optional(idSchema),
  model: v.string(),
  text: v.string(),
  end: countSchema,
  marks: v.pipe(v.array(markSchema), v.readonly()),
  ended: v.nullable(endedSchema),
})
export type Reply = Readonly<v.InferOutput<typeof replySchema>>

export const messageSchema = v.variant('kind', [saidSchema, replySchema])
export type Message = Said | Reply

/** An open invite link; `until` in ms since 1970. The id alone opens nothing: the link itself is signed. */
export const openInviteSchema = v.object({
  inviteId: idSchema,
  by: idSchema,
  at: countSchema,
  until: countSchema,
})
export type OpenInvite = Readonly<v.InferOutput<typeof openInviteSchema>>

/**
 * `ended`: links of this room were ended at least once. Since then, links without an id (from an earlier version) open
 * nothing.
 */
export const invitesSchema = v.object({
  open: v.pipe(v.array(openInviteSchema), v.readonly()),
  ended: v.boolean(),
})
export type Invites = Readonly<v.InferOutput<typeof invitesSchema>>

export const roomStateSchema = v.object({
  roomId: idSchema,
  epoch: idSchema,
  offset: countSchema,
  /** The time of the last entry. */
  at: v.optional(countSchema),
  title: v.string(),
  model: v.string(),
  instructions: v.string(),
  /** Members who may make and end invite links; absent: all. */
  inviters: v.optional(v.picklist(INVITERS)),
  /** Whether Claude is asked to think; absent: the server's configuration decides. */
  thinking: v.optional(v.boolean()),
  invites: v.optional(invitesSchema),
  members: v.array(memberSchema),
  /** The newest messages, oldest first; `LIMITS.windowMessages` at most. */
  messages: v.array(messageSchema),
  /** There are older messages than those in `messages`. */
  earlier: v.boolean(),
  /** Ids of the waiting questions, next one first. */
  queue: v.array(idSchema),
  /** The queue waits until a member resumes it. */
  held: v.boolean(),
  /** Number of the running generation, or null. */
  running: v.nullable(countSchema),
  /** The first message is the running reply; between it and the rest, older messages are left out. */
  hole: v.boolean(),
  /** The room has an entry of an unknown type: this program is too old for it. */
  outdated: v.boolean(),
})

export type RoomState = {
  readonly roomId: string
  readonly epoch: string
  readonly offset: number
  readonly at?: number | undefined
  readonly title: string
  readonly model: string
  readonly instructions: string
  readonly inviters?: Inviters | undefined
  readonly thinking?: boolean | undefined
  readonly invites?: Invites | undefined
  readonly members: readonly Member[]
  readonly messages: readonly Message[]
  readonly earlier: boolean
  readonly queue: readonly string[]
  readonly held: boolean
  readonly running: number | null
  readonly hole: boolean
  readonly outdated: boolean
}
