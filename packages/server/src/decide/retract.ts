import { Refusal } from '@roomcast/shared/protocol'
import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import { type Docket, isOwner } from './docket.ts'
import type { Facts } from './facts.ts'

/** Its author, or the owner of the room, takes a message back; once is enough (R6.5). */
export function retract(
  docket: Docket,
  { messageId, by }: CommandOf<'retract'>,
  { message }: Facts,
): Draft[] | Refusal {
  if (message === null) return new Refusal('message-not-found')
  if (message.by !== by && !isOwner(docket, by)) return new Refusal('not-yours')
  return message.isRetracted ? [] : [{ type: 'message-retracted', messageId, by }]
}
