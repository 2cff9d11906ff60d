import type { CommandId, MemberId, Role } from '@roomcast/shared/protocol'
import { memberIn } from './docket.ts'
import type { Rule } from './rule.ts'

export interface Join {
  readonly type: 'join'
  readonly commandId: CommandId
  readonly memberId: MemberId
  readonly name: string
  readonly role: Role
  /** Offset up to which the caller knows the room: it chose a name that is free, and judged the invite by that. */
  readonly seen?: number
}

/** Members or invites have changed after the offset that the caller of `join` knew: nothing was written. */
export class AdmissionChanged extends Error {
  /** Of the last entry that changed them. */
  readonly offset: number

  constructor(offset: number) {
    super('members or invites have changed')
    this.name = 'AdmissionChanged'
    this.offset = offset
  }
}

/** Somebody comes, or comes again. For a member who is there with this name and role nothing is written. */
export const join: Rule<Join> = {
  frees: false,
  decide(docket, { memberId, name, role, seen }) {
    // The caller has judged the invite, and chosen a name that is free, by the room as it was then.
    if (seen !== undefined && docket.admission > seen) return new AdmissionChanged(docket.admission)
    const known = memberIn(docket, memberId)
    const isThere = known?.name === name && known.role === role
    return isThere ? [] : [{ type: 'member-joined', memberId, name, role }]
  },
}
