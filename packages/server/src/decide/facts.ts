// Facts that the docket does not hold and that are looked up before a command is decided: old messages, old generations.
import type { Entry, GenerationId, MemberId, MessageId } from '@roomcast/shared/protocol'

export interface MessageFact {
  readonly by: MemberId
  readonly isRetracted: boolean
  /** The model chosen for the question; undefined: the room's model. */
  readonly model: string | undefined
}

export interface GenerationFact {
  readonly messageId: MessageId
  readonly hasEnded: boolean
}

/** The facts about one id. Null: there is none. */
export interface Fact {
  /** The message of this id, or the question that the generation of this id answers. */
  readonly message: MessageFact | null
  readonly generation: GenerationFact | null
}

/** The facts about the subject of a command. */
export interface Facts {
  readonly message: MessageFact | null
  readonly generation: GenerationFact | null
  /** The question that the generation answers. */
  readonly question: MessageFact | null
}

/** A source of facts about one room. */
export interface FactSource {
  /** Null: the room has no such message, or it cannot be read. */
  message(messageId: MessageId): MessageFact | null
  generation(generationId: GenerationId): GenerationFact | null
}

export const NO_FACTS: Facts = { message: null, generation: null, question: null }

export function factsAbout(subject: string, source: FactSource): Facts {
  const generation = source.generation(subject)
  const question = generation && source.message(generation.messageId)
  return { message: source.message(subject), generation, question }
}

/** Gives the fact about a message. @param entries the entry that began it, and the last of each kind about it */
export function messageFactOf(entries: readonly Entry[]): MessageFact | null {
  const posted = entries.find(({ type }) => type === 'message-posted')
  if (posted?.type !== 'message-posted') return null
  const isRetracted = entries.some(({ type }) => type === 'message-retracted')
  return { by: posted.by, model: posted.model, isRetracted }
}
