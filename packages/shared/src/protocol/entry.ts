// Entries: the durable facts of a room, in one order for everyone. One file for each type, in entries/.
import * as v from 'valibot'
import { generationEndedSchema } from './entries/generation-ended.ts'
import { generationStartedSchema } from './entries/generation-started.ts'
import { inviteMadeSchema } from './entries/invite-made.ts'
import { invitesEndedSchema } from './entries/invites-ended.ts'
import { memberJoinedSchema } from './entries/member-joined.ts'
import { memberLeftSchema } from './entries/member-left.ts'
import { messageEditedSchema } from './entries/message-edited.ts'
import { messagePostedSchema } from './entries/message-posted.ts'
import { messageRetractedSchema } from './entries/message-retracted.ts'
import { place } from './entries/place.ts'
import { questionQueuedSchema } from './entries/question-queued.ts'
import { questionWithdrawnSchema } from './entries/question-withdrawn.ts'
import { queueResumedSchema } from './entries/queue-resumed.ts'
import { roomCreatedSchema } from './entries/room-created.ts'
import { settingsChangedSchema } from './entries/settings-changed.ts'

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

/** An entry of a type that this version does not know yet. It keeps its place in the order. */
export const unknownEntrySchema = v.object({
  ...place,
  type: v.pipe(v.string(), v.notValues(KNOWN_TYPES)),
})
export type UnknownEntry = Readonly<v.InferOutput<typeof unknownEntrySchema>> & {
  /** The entry's type, if that is known but the rest is unreadable; never on the wire. */
  readonly was?: string
}

/** Parses an entry from the wire; one of an unknown type keeps only its place in the order. */
export const anyEntrySchema = v.union([entrySchema, unknownEntrySchema])

/** Distributes over the union; plain Omit would merge its members. */
type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
/** An entry before the log has assigned its offset and time. */
export type EntryDraft = OmitEach<Entry, 'offset' | 'at'>
