// A room as known from all of its entries and nothing else: the docket, and the facts of old messages and answers.
import { type Docket, EMPTY_DOCKET } from '@roomcast/server/decide/docket.ts'
import { docketAfter } from '@roomcast/server/decide/fold.ts'
import type { FactSource, GenerationFact, MessageFact } from '@roomcast/server/decide/facts.ts'
import type { Entry } from '@roomcast/shared/protocol'

export class KnownRoom implements FactSource {
  docket: Docket = EMPTY_DOCKET
  readonly messages = new Map<string, MessageFact>()
  readonly generations = new Map<string, GenerationFact>()

  message(messageId: string): MessageFact | null {
    return this.messages.get(messageId) ?? null
  }

  generation(generationId: string): GenerationFact | null {
    return this.generations.get(generationId) ?? null
  }

  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.offset !== this.docket.offset + 1) throw new Error(`no place for ${entry.offset}`)
      this.docket = docketAfter(this.docket, entry)
      this.#addFact(entry)
    }
  }

  #addFact(entry: Entry): void {
    switch (entry.type) {
      case 'message-posted': {
        const { messageId, by, model } = entry
        this.messages.set(messageId, { by, model, isRetracted: false })
        break
      }
      case 'message-retracted': {
        const message = this.messages.get(entry.messageId)
        if (message) this.messages.set(entry.messageId, { ...message, isRetracted: true })
        break
      }
      case 'generation-started': {
        const { generationId, messageId } = entry
        this.generations.set(generationId, { messageId, hasEnded: false })
        break
      }
      case 'generation-ended': {
        const generation = this.generations.get(entry.generationId)
        if (generation) this.generations.set(entry.generationId, { ...generation, hasEnded: true })
        break
      }
      default:
      // The rest is in the docket.
    }
  }
}
