import type { MemberId } from '@roomcast/shared/protocol'
import { Refusal } from '@roomcast/shared/protocol'
import { isOwner, memberIn } from './docket.ts'
import type { Draft } from './draft.ts'
import type { OfMember, Rule } from './rule.ts'

export interface Remove extends OfMember {
  readonly type: 'remove'
  readonly memberId: MemberId
}

/** The message for an owner who tries to leave. */
const OWNER_STAYS = 'The owner cannot leave the room; delete it instead.'

/** A member leaves, or the owner removes them (R6.7). */
export const remove: Rule<Remove> = {
  frees: true,
  decide(docket, { memberId, by }) {
    const leaves = memberId === by
    if (leaves && isOwner(docket, by)) return new Refusal('owner-only', OWNER_STAYS)
    if (!leaves && !isOwner(docket, by)) return new Refusal('owner-only')
    if (memberIn(docket, memberId) === null) return new Refusal('member-not-found')
    // Questions of a member who left will still be answered; those of a removed member will not.
    const waiting = leaves ? [] : docket.queue.filter((asked) => asked.by === memberId)
    const withdrawn = waiting.map(({ messageId }): Draft => ({
      type: 'question-withdrawn',
      messageId,
      by,
    }))
    return [...withdrawn, { type: 'member-left', memberId, by }]
  },
}
