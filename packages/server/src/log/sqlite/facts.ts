// Old messages and old answers of a room, as the rules ask for them.
import type { GenerationId, MessageId, RoomId } from '@roomcast/shared/protocol'
import type { FactSource, GenerationFact, MessageFact } from '../../decide/facts.ts'
import type { Entries } from './entries.ts'
import type { Replies } from './replies.ts'

export class RoomFacts implements FactSource {
  readonly #entries: Entries
  readonly #replies: Replies
  readonly #roomId: RoomId

  constructor(entries: Entries, replies: Replies, roomId: RoomId) {
    this.#entries = entries
    this.#replies = replies
    this.#roomId = roomId
  }

  message(messageId: MessageId): MessageFact | null {
    const posted = this.#entries.lastAbout(this.#roomId, messageId, 'message-posted')
    if (!posted) return null
    const retracted = this.#entries.lastAbout(this.#roomId, messageId, 'message-retracted')
    return { by: posted.by, model: posted.model, isRetracted: retracted !== undefined }
  }

  generation(generationId: GenerationId): GenerationFact | null {
    const row = this.#replies.byId(this.#roomId, generationId)
    return row ? { messageId: row.message_id, hasEnded: row.ended !== null } : null
  }
}
