// The rules of a room: what becomes of a command, given the room as it is. Pure: no clock, no chance, nothing is read or written.
// One file for each kind of command; the words of the refusals are those of PROTOCOL.md.
import type { Refusal } from '@roomcast/shared/protocol'
import { unreachable } from '@roomcast/shared/unreachable'
import type { Command } from './commands.ts'
import { configure } from './configure.ts'
import { create } from './create.ts'
import type { Docket } from './docket.ts'
import type { Draft } from './draft.ts'
import { edit } from './edit.ts'
import { end } from './end.ts'
import type { Facts } from './facts.ts'
import { refusedAsGone } from './gone.ts'
import { invites } from './invites.ts'
import { type AdmissionChanged, join } from './join.ts'
import { post } from './post.ts'
import { promotion } from './promotion.ts'
import { remove } from './remove.ts'
import { resume } from './resume.ts'
import { retract } from './retract.ts'
import { start } from './start.ts'
import { withdraw } from './withdraw.ts'

/**
 * Goes up when entries come that older rules cannot decide on. A node that knows fewer rules than those by which a room was
 * written only stops and ends there.
 */
export const RULES_VERSION = 1

/** What is to be written, which may be nothing; or why not. A refused command writes nothing. */
export type Decision = readonly Draft[] | Refusal | AdmissionChanged

/**
 * Decides one command.
 * @param docket of the room as it is, without an entry missing
 * @param facts what `factsFor` has found for this command in the same state of the room
 */
export function decide(docket: Docket, command: Command, facts: Facts): Decision {
  return refusedAsGone(docket, command) ?? decideFor(docket, command, facts)
}

function decideFor(docket: Docket, command: Command, facts: Facts): Decision {
  switch (command.type) {
    case 'create':
      return create(command)
    case 'join':
      return join(docket, command)
    case 'post':
      return post(docket, command, facts)
    case 'start':
      return start(docket, command, facts)
    case 'withdraw':
      return withdraw(docket, command, facts)
    case 'resume':
      return resume(docket, command)
    case 'edit':
      return edit(command, facts)
    case 'retract':
      return retract(docket, command, facts)
    case 'configure':
      return configure(docket, command)
    case 'invite':
    case 'end-invites':
      return invites(docket, command)
    case 'remove':
      return remove(docket, command)
    case 'end':
      return end(docket, command)
    case 'promote':
      return promotion(docket, command.generationId, command.by)
    default:
      return unreachable(command)
  }
}
