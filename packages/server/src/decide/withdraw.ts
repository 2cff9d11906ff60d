import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import type { Docket } from './docket.ts'
import type { Facts } from './facts.ts'

/** A question that waits is taken back by whoever asked it (R2.4). */
export function withdraw(
  { queue }: Docket,
  { messageId, by }: CommandOf<'withdraw'>,
  { message }: Facts,
): Draft[] | Refusal {
  if (message === null) return new Refusal('message-not-found')
  if (message.by !== by) return new Refusal('not-yours')
  const waits = queue.some((asked) => asked.messageId === messageId)
  return waits ? [{ type: 'question-withdrawn', messageId, by }] : new Refusal('not-queued')
}
