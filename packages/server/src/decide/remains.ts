// Restoring needs to know what a loss has left of a room, and gives the places of the lost entries.
import type { GenerationId, MessageId } from '@roomcast/shared/protocol'
import type { Draft } from './draft.ts'

/** The present state of the messages and generations that lost entries are about. */
export interface Remains {
  /** Null: the room has no such message. */
  message(messageId: MessageId): { readonly isRetracted: boolean } | null
  generation(generationId: GenerationId): { readonly hasEnded: boolean } | null
  /** Whether the end of the generation was lost too, and will be placed later. */
  endsLater(generationId: GenerationId): boolean
}

export interface Restored {
  readonly drafts: readonly Draft[]
  /** Whether the entry has its place again: among the drafts, or because it still exists. */
  readonly isPlaced: boolean
}
