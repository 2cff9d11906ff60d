import type { MessageId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { isOwner } from './docket.ts'
import type { OfMember, Rule } from './rule.ts'

interface Retract extends OfMember {
  readonly type: 'retract'
  readonly messageId: MessageId
}

/** The author, or the owner of the room, retracts a message; doing so again changes nothing (R6.5). */
export const retract: Rule<Retract> = {
  frees: true,
  subject: ({ messageId }) => messageId,
  decide(docket, { messageId, by }, { message }) {
    if (message === null) return new Refusal('message-not-found')
    if (message.by !== by && !isOwner(docket, by)) return new Refusal('not-yours')
    return message.isRetracted ? [] : [{ type: 'message-retracted', messageId, by }]
  },
}
