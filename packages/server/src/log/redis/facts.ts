// Old messages and old answers of a room, as the rules ask for them.
import type { GenerationId, MessageId } from '@roomcast/shared/protocol'
import type { FactSource, GenerationFact, MessageFact } from '../../decide/facts.ts'

/** What facts.lua answers about one id. */
export type FactsAnswer = readonly [
  'ok',
  message: string,
  by: string,
  model: string,
  retracted: string,
  ended: string,
]

export class FoundFacts implements FactSource {
  readonly #id: string
  readonly #found: FactsAnswer

  /** @param id that was looked up */
  constructor(id: string, found: FactsAnswer) {
    this.#id = id
    this.#found = found
  }

  message(messageId: MessageId): MessageFact | null {
    const [, message, by, model, retracted] = this.#found
    if (messageId !== message || by === '') return null
    return {
      by,
      isRetracted: retracted === '1',
      model: model === '' ? undefined : (JSON.parse(model) as string),
    }
  }

  generation(generationId: GenerationId): GenerationFact | null {
    const [, messageId, , , , ended] = this.#found
    return generationId === this.#id && ended !== '' ? { messageId, hasEnded: ended === '1' } : null
  }
}
