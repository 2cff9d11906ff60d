/** A rule broken on purpose, and the tests that must notice. */
export interface Mutation {
  /**
   * From PROTOCOL.md, or `port` for promises that only the contract of the room log makes (`log/entry-log.ts`,
   * `judge/room-log.ts`).
   */
  readonly rule: string
  /** The broken behaviour, in words. */
  readonly breaks: string
  readonly file: string
  /**
   * Occurs in the file exactly once, however it is formatted (piece.ts); a change of that piece needs a new mutation.
   */
  readonly find: string
  readonly replace: string
  /** The test files of the rule; one test has to fail. */
  readonly tests: readonly string[]
  /**
   * Part of the titles of those tests, with ` > ` between the parts. If absent, all tests with the rule in their
   * titles.
   */
  readonly titled?: string
}
