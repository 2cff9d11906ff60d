import type { CommandOf } from './commands.ts'
import type { Draft } from './draft.ts'
import { type Docket, memberIn } from './docket.ts'

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

/** Somebody comes, or comes again. Who is there already with this name and role has joined. */
export function join(
  docket: Docket,
  { memberId, name, role, seen }: CommandOf<'join'>,
): Draft[] | AdmissionChanged {
  // The caller has judged the invite, and chosen a name that is free, by the room as it was then.
  if (seen !== undefined && docket.admission > seen) return new AdmissionChanged(docket.admission)
  const known = memberIn(docket, memberId)
  const isThere = known?.name === name && known.role === role
  return isThere ? [] : [{ type: 'member-joined', memberId, name, role }]
}
