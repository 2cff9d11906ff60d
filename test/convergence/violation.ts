/**
 * What was found broken: the rule of PROTOCOL.md; `quiet`: it did not come to rest, or left something behind; `decided`: there is an
 * entry that the rules do not give there.
 */
export interface Violation {
  readonly rule: 'R1' | 'R2' | 'R3' | 'R4' | 'R6' | 'quiet' | 'decided'
  readonly message: string
}

/** Takes what was found; the first one counts. */
export type Report = (rule: Violation['rule'], message: string) => void
