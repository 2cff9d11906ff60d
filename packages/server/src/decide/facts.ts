// What lies beyond the docket and is looked up before a command is decided: old messages, old generations.
import type { Entry, GenerationId, MemberId, MessageId } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import type { Command } from './commands.ts'

export interface MessageFact {
  readonly by: MemberId
  readonly isRetracted: boolean
  /** The model that its question is to be answered by. */
  readonly model: string | undefined
}

export interface GenerationFact {
  readonly messageId: MessageId
  readonly hasEnded: boolean
}

export interface Facts {
  /** The message that the command names, or the question of the generation that it names. Null: there is none. */
  readonly message: MessageFact | null
  readonly generation: GenerationFact | null
  /** What is quoted. */
  readonly quoted: MessageFact | 'reply' | null
}

/** Known of one id. */
export interface Fact {
  /** The message of this id, or the question that the generation of this id answers. */
  readonly message: MessageFact | null
  readonly generation: GenerationFact | null
}

/** Where facts are looked up, in one room. */
export interface FactSource {
  /** Null: the room has no such message, or none that can be read. */
  message(messageId: MessageId): MessageFact | null
  generation(generationId: GenerationId): GenerationFact | null
}

export const NO_FACTS: Facts = { message: null, generation: null, quoted: null }

/** The id of the message or generation that has to be looked up before a command is decided; null: nothing has to. */
export function subjectOf(command: Command): string | null {
  switch (command.type) {
    case 'post':
      return command.quote?.of ?? null
    case 'start':
      return command.of
    case 'withdraw':
    case 'edit':
    case 'retract':
      return command.messageId
    case 'create':
    case 'join':
    case 'resume':
    case 'configure':
    case 'invite':
    case 'end-invites':
    case 'remove':
    case 'end':
    case 'promote':
      return null
    default:
      return unreachable(command)
  }
}

/** Looks up what deciding this command takes, and nothing else. */
export function factsFor(command: Command, source: FactSource): Facts {
  const subject = subjectOf(command)
  if (subject === null) return NO_FACTS
  switch (command.type) {
    case 'post':
      return {
        ...NO_FACTS,
        quoted: source.generation(subject) ? 'reply' : source.message(subject),
      }
    case 'start': {
      const generation = source.generation(subject)
      const message = generation && source.message(generation.messageId)
      return { ...NO_FACTS, generation, message }
    }
    default:
      return { ...NO_FACTS, message: source.message(subject) }
  }
}

/** Gives the fact about a message. @param entries the one that began it, and the last of each kind about it */
export function messageFactOf(entries: readonly Entry[]): MessageFact | null {
  const posted = entries.find(({ type }) => type === 'message-posted')
  if (posted?.type !== 'message-posted') return null
  const isRetracted = entries.some(({ type }) => type === 'message-retracted')
  return { by: posted.by, model: posted.model, isRetracted }
}
