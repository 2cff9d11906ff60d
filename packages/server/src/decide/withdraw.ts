import type { MessageId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import type { OfMember, Rule } from './rule.ts'

interface Withdraw extends OfMember {
  readonly type: 'withdraw'
  readonly messageId: MessageId
}

/** A member withdraws their own question from the queue (R2.4). */
export const withdraw: Rule<Withdraw> = {
  frees: true,
  subject: ({ messageId }) => messageId,
  decide({ queue }, { messageId, by }, { message }) {
    if (message === null) return new Refusal('message-not-found')
    if (message.by !== by) return new Refusal('not-yours')
    const waits = queue.some((asked) => asked.messageId === messageId)
    return waits ? [{ type: 'question-withdrawn', messageId, by }] : new Refusal('not-queued')
  },
}
