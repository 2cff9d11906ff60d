import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import type { Facts } from './facts.ts'

/** Its author gives a message another text (R6.5). */
export function edit(
  { messageId, by, text, mentions }: CommandOf<'edit'>,
  { message }: Facts,
): Draft[] | Refusal {
  if (message === null || message.isRetracted) return new Refusal('message-not-found')
  if (message.by !== by) return new Refusal('not-yours')
  const more = mentions === undefined ? {} : { mentions }
  return [{ type: 'message-edited', messageId, by, text, ...more }]
}
