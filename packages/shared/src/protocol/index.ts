export {
  type Acknowledged,
  type Command,
  type CommandOf,
  type CommandResult,
  commandResultSchema,
  commandSchemas,
  type CommandType,
} from './command.ts'
export {
  anyEntrySchema,
  type Entry,
  type EntryDraft,
  type EntryOf,
  entrySchema,
  type EntryType,
  type GenerationEnded,
  type UnknownEntry,
  unknownEntrySchema,
} from './entry.ts'
export {
  ERROR_CODES,
  type ErrorBody,
  errorBody,
  type ErrorCode,
  errorSchema,
  Refusal,
} from './error.ts'
export { handshakeSchema, type ServerEvents } from './handshake.ts'
export {
  inviteAcceptedSchema,
  type InviteList,
  inviteListSchema,
  type InviteLook as InviteLook,
  inviteLookSchema as inviteLookSchema,
  inviteRequestSchema,
  inviteUrlSchema,
  type MessagesPage,
  messagesPageSchema,
  type Models,
  modelsSchema,
  roomListSchema,
  roomMadeSchema,
  roomRequestSchema,
  type RoomSummary,
  type SearchPage,
  searchPageSchema,
  type Session,
  sessionLinkSchema,
  sessionRequestSchema,
  sessionSchema,
} from './http.ts'
export {
  type CommandId,
  countSchema,
  type GenerationId,
  idSchema,
  type MemberId,
  type MessageId,
  type RoomId,
} from './ids.ts'
export { LIMITS } from './limits.ts'
export { cleanName, hasVisible } from './name.ts'
export { type Position, positionSchema } from './position.ts'
export { type Quote, quoteSchema } from './quote.ts'
export { readMessages } from './reading.ts'
export {
  type Ended,
  type Kind,
  KINDS,
  type Mark,
  markSchema,
  type Member,
  type Message,
  type OpenInvite,
  type Reply,
  type RoomState,
  roomStateSchema,
  type Said,
} from './room-state.ts'
export { isDelta, type NamedUpdate, parseUpdate, type Update } from './update.ts'
export { type Delta, deltaSchema } from './updates/delta.ts'
export type { Entries } from './updates/entries.ts'
export type { Heartbeat } from './updates/heartbeat.ts'
export { type Look, LOOKS, type Presence } from './updates/presence.ts'
export type { Snapshot } from './updates/snapshot.ts'
export type { Run, Tail } from './updates/tail.ts'
export type { Usage } from './usage.ts'
export { CHECKPOINT_VERSION, PROTOCOL_VERSION } from './version.ts'
export {
  INVITERS,
  type Inviters,
  type Mode,
  type Outcome,
  OUTCOMES,
  type Role,
  ROLES,
} from './vocabulary.ts'
