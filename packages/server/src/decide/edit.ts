import type { MemberId, MessageId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { OfMember, Rule } from './rule.ts'

export interface Edit extends OfMember {
  readonly type: 'edit'
  readonly messageId: MessageId
  readonly text: string
  readonly mentions?: readonly MemberId[]
}

/** The author replaces the text of a message (R6.5). */
export const edit: Rule<Edit> = {
  frees: false,
  subject: ({ messageId }) => messageId,
  decide(_, { messageId, by, text, mentions }, { message }) {
    if (message === null || message.isRetracted) return new Refusal('message-not-found')
    if (message.by !== by) return new Refusal('not-yours')
    const more = mentions === undefined ? {} : { mentions }
    return [{ type: 'message-edited', messageId, by, text, ...more }]
  },
}
