// The form of a rule: all that there is to say of one kind of command.
import type { Refusal } from '@roomcast/shared/protocol'
import type { AdmissionChanged } from './join.ts'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { Facts } from './facts.ts'

/** The entries to be written, which may be none; or why not. A refused command writes nothing. */
export type Decision = readonly Draft[] | Refusal | AdmissionChanged

/** `C`: the command, with all ids that it needs; they are drawn by the caller, once for a command. */
export interface Rule<C extends { readonly type: string }> {
  /** Whether it only ends or takes away: a Redis whose memory is full takes it as well. A full disk takes an end only. */
  readonly frees: boolean
  /** The id of the message or generation that has to be looked up before; null, or without it: nothing has to. */
  readonly subject?: (command: C) => string | null
  /**
   * Decides one command.
   * @param docket of the room as it is, without an entry missing
   * @param facts about the subject, in the same state of the room
   */
  readonly decide: (docket: Docket, command: C, facts: Facts) => Decision
}

/** Each command of a member has its id, and their id. */
export interface OfMember {
  readonly commandId: string
  readonly by: string
}
