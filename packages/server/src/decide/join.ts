import type { CommandId, MemberId, Role } from '@roomcast/shared/protocol'
import { AdmissionChanged } from './admission-changed.ts'
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
