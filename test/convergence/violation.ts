/**
 * A violation: the rule of PROTOCOL.md; `quiet`: the room did not come to rest or left something behind; `decided`: the
 * rules would not have decided this entry.
 */
export interface Violation {
  readonly rule: 'R1' | 'R2' | 'R3' | 'R4' | 'R6' | 'quiet' | 'decided'
  readonly message: string
}

/** Records a violation; the first one counts. */
export type Report = (rule: Violation['rule'], message: string) => void
