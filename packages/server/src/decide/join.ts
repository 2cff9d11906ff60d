import type { CommandId, MemberId, Role } from '@roomcast/shared/protocol'
import { memberIn } from './docket.ts'
import type { Rule } from './rule.ts'

export interface Join {
  readonly type: 'join'
  readonly commandId: CommandId
  readonly memberId: MemberId
  readonly name: string
  readonly role: Role
  /** Offset up to which the caller knew the room when it judged the invite and chose a free name. */
  readonly seen?: number
}

/** Members or invites have changed after the offset that the caller of `join` knew. Nothing was written. */
export class AdmissionChanged extends Error {
  /** Offset of the last entry that changed members or invites. */
  readonly offset: number

  constructor(offset: number) {
    super('members or invites have changed')
    this.name = 'AdmissionChanged'
    this.offset = offset
  }
}

/** A person joins or joins again. If they are already a member with this name and role, nothing is written. */
export const join: Rule<Join> = {
  frees: false,
  decide(docket, { memberId, name, role, seen }) {
    // The caller judged the invite, and chose a free name, by the state of the room at `seen`.
    if (seen !== undefined && docket.admission > seen) return new AdmissionChanged(docket.admission)
    const known = memberIn(docket, memberId)
    const isThere = known?.name === name && known.role === role
    return isThere ? [] : [{ type: 'member-joined', memberId, name, role }]
  },
}
