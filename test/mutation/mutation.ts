/** A rule broken on purpose, and the tests that must notice. */
export interface Mutation {
  /** Of PROTOCOL.md, or `port` for what only the contract of the room log promises (`log/entry-log.ts`, `judge/room-log.ts`). */
  readonly rule: string
  /** What is broken, in words. */
  readonly breaks: string
  readonly file: string
  /** Stands in the file once, however it is formatted (piece.ts): a change of that piece asks for a new mutation. */
  readonly find: string
  readonly replace: string
  /** Where the tests of the rule are; one of them has to fail. */
  readonly tests: readonly string[]
  /** Part of the titles of those tests, with ` > ` between the parts; without it, those with the rule in their titles. */
  readonly titled?: string
}
