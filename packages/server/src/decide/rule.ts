// The form of a rule, which defines everything about one kind of command.
import type { Refusal } from '@roomcast/shared/protocol'
import type { AdmissionChanged } from './admission-changed.ts'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import type { Facts } from './facts.ts'

/** The entries to be written, possibly none; or the reason for refusing. A refused command writes nothing. */
export type Decision = readonly Draft[] | Refusal | AdmissionChanged

/** `C`: the command, with all ids that it needs. The caller makes them once for each command. */
export interface Rule<C extends { readonly type: string }> {
  /** Whether the command only ends or removes something: a Redis with full memory takes it. A full disk takes only an end. */
  readonly frees: boolean
  /** The id of the message or generation to look up first. Null, or a rule without this function: there is none. */
  readonly subject?: (command: C) => string | null
  /**
   * Decides one command.
   * @param docket of the room's current state, with no entry missing
   * @param facts about the subject, in the same state of the room
   */
  readonly decide: (docket: Docket, command: C, facts: Facts) => Decision
}

/** Every command of a member has an id, and the id of the member. */
export interface OfMember {
  readonly commandId: string
  readonly by: string
}
