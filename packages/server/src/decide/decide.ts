// What becomes of a command, given the room as it is. Pure: no clock, no chance, nothing is read or written. The words of the refusals
// are those of PROTOCOL.md.
import type { Command } from './commands.ts'
import type { Docket } from './docket.ts'
import { type Facts, type FactSource, factsAbout, NO_FACTS } from './facts.ts'
import { refusedAsGone } from './gone.ts'
import type { Decision, Rule } from './rule.ts'
import { RULES } from './rules.ts'

/**
 * Goes up when entries come that older rules cannot decide on. A node that knows fewer rules than those by which a room was
 * written only stops and ends there.
 */
export const RULES_VERSION = 1

/**
 * Decides one command.
 * @param docket of the room as it is, without an entry missing
 * @param facts what `factsFor` has found for this command in the same state of the room
 */
export function decide(docket: Docket, command: Command, facts: Facts): Decision {
  return refusedAsGone(docket, command) ?? ruleOf(command).decide(docket, command, facts)
}

/** Whether a command only ends or takes away (Rule). */
export function doesFree(command: Command): boolean {
  return RULES[command.type].frees
}

/** The id of the message or generation that has to be looked up before a command is decided; null: nothing has to. */
export function subjectOf(command: Command): string | null {
  return ruleOf(command).subject?.(command) ?? null
}

/** Looks up what deciding this command takes, and nothing else. */
export function factsFor(command: Command, source: FactSource): Facts {
  const subject = subjectOf(command)
  return subject === null ? NO_FACTS : factsAbout(subject, source)
}

function ruleOf(command: Command): Rule<Command> {
  // Of its own type: the compiler does not see that both go together.
  return RULES[command.type] as unknown as Rule<Command>
}
