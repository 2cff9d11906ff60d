// Decides a command, given the state of the room. Pure: no clock, no randomness, no I/O. PROTOCOL.md lists the refusals.
import type { Command } from './commands.ts'
import type { Docket } from './docket.ts'
import { type Facts, type FactSource, factsAbout, NO_FACTS } from './facts.ts'
import { refusedAsGone } from './gone.ts'
import type { Decision, Rule } from './rule.ts'
import { RULES } from './rules.ts'

/**
 * Goes up when new entries appear that older rules cannot decide on. In a room that later rules have written in, a node with
 * older rules only stops and ends generations.
 */
export const RULES_VERSION = 1

/**
 * Decides one command.
 * @param docket of the room's current state, with no entry missing
 * @param facts found by `factsFor` for this command in the same state of the room
 */
export function decide(docket: Docket, command: Command, facts: Facts): Decision {
  return refusedAsGone(docket, command) ?? ruleOf(command).decide(docket, command, facts)
}

/** Whether a command only ends or removes something (see Rule). */
export function doesFree(command: Command): boolean {
  return RULES[command.type].frees
}

/** The id of the message or generation to look up before deciding a command; null: there is none. */
export function subjectOf(command: Command): string | null {
  return ruleOf(command).subject?.(command) ?? null
}

/** Looks up only the facts needed to decide this command. */
export function factsFor(command: Command, source: FactSource): Facts {
  const subject = subjectOf(command)
  return subject === null ? NO_FACTS : factsAbout(subject, source)
}

function ruleOf(command: Command): Rule<Command> {
  // The rule fits the command's own type, but the compiler cannot see that.
  return RULES[command.type] as unknown as Rule<Command>
}
