/** What was found broken: the rule of PROTOCOL.md, or `quiet`: it did not come to rest, or left something behind. */
export interface Violation {
  readonly rule: 'R1' | 'R2' | 'R3' | 'R4' | 'R6' | 'quiet'
  readonly message: string
}

/** Takes what was found; the first one counts. */
export type Report = (rule: Violation['rule'], message: string) => void
