// Facts about messages and answers of a room, for the rules: those that were looked up, and those that the batch itself has
// decided since.
import type { GenerationId, MessageId } from '@roomcast/shared/protocol'
import type { Draft } from '../decide/draft.ts'
import type { Fact, FactSource, GenerationFact, MessageFact } from '../decide/facts.ts'

export class BatchFacts implements FactSource {
  readonly #messages = new Map<MessageId, MessageFact>()
  readonly #generations = new Map<GenerationId, GenerationFact>()

  /** @param found for each of `ids`, in the same order */
  constructor(ids: readonly string[] = [], found: readonly Fact[] = []) {
    for (const [index, id] of ids.entries()) {
      const { message = null, generation = null } = found[index] ?? {}
      if (message) this.#messages.set(generation?.messageId ?? id, message)
      if (generation) this.#generations.set(id, generation)
    }
  }

  message(messageId: MessageId): MessageFact | null {
    return this.#messages.get(messageId) ?? null
  }

  generation(generationId: GenerationId): GenerationFact | null {
    return this.#generations.get(generationId) ?? null
  }

  /** Adds the decision on one command, for the commands after it. */
  add(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      const known = 'messageId' in draft ? this.#messages.get(draft.messageId) : undefined
      if (draft.type === 'message-posted')
        this.#messages.set(draft.messageId, {
          by: draft.by,
          model: draft.model,
          isRetracted: false,
        })
      else if (draft.type === 'message-retracted' && known)
        this.#messages.set(draft.messageId, { ...known, isRetracted: true })
      else if (draft.type === 'generation-started')
        this.#generations.set(draft.generationId, { messageId: draft.messageId, hasEnded: false })
    }
  }
}
