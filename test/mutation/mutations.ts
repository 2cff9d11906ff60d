// The rules about the same bytes and about one end, each broken on purpose, and the tests that must notice.
// A mutation names a piece of the source exactly, so that a change of that piece asks for a new mutation.

export interface Mutation {
  readonly rule: string
  /** What is broken, in words. */
  readonly breaks: string
  readonly file: string
  /** Stands in the file once. */
  readonly find: string
  readonly replace: string
  /** Where the tests of the rule are; one of them has to fail. */
  readonly tests: readonly string[]
}

const FOLD = 'packages/shared/src/room/fold.ts'
const REPLY = 'packages/shared/src/room/reply.ts'
const SQLITE = 'packages/server/src/log/sqlite'
const shared = ['packages/shared/src/room']
const contract = ['test/contract/sqlite.test.ts']

export const MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R1.1',
    breaks: 'known bytes are added again',
    file: REPLY,
    find: "if (end <= have && at < have) return { result: 'ignored', reply }",
    replace: '',
    tests: shared,
  },
  {
    rule: 'R1.2',
    breaks: 'an overlap is added whole',
    file: REPLY,
    find: 'const fresh = at === have ? text : sliceBytes(text, have - at)',
    replace: 'const fresh = text',
    tests: shared,
  },
  {
    rule: 'R1.3',
    breaks: 'a gap in the text is skipped',
    file: REPLY,
    find: "if (at > have) return { result: 'gap', reply }",
    replace: '',
    tests: shared,
  },
  {
    rule: 'R1.3',
    breaks: 'a gap is noticed, and nothing is read again',
    file: FOLD,
    find: "case 'gap':\n      return { state, behind: positionOf(state) }",
    replace: "case 'gap':\n      return { state, behind: null }",
    tests: shared,
  },
  {
    rule: 'R1.4',
    breaks: 'a hole in the entries is skipped',
    file: FOLD,
    find: 'if (entry.offset !== current.offset + 1) return { state: current, behind: positionOf(current) }',
    replace: '',
    tests: shared,
  },
  {
    rule: 'R1.4',
    breaks: 'an entry is applied twice',
    file: FOLD,
    find: 'if (entry.offset <= current.offset) continue',
    replace: '',
    tests: shared,
  },
  {
    rule: 'R1.5',
    breaks: 'an end does not wait for its text',
    file: FOLD,
    find: 'if (reply.end < entry.end) return positionOf(state)',
    replace: '',
    tests: shared,
  },
  {
    rule: 'R1.5',
    breaks: 'text beyond the end stays',
    file: REPLY,
    find: 'return { ...reply, text: sliceBytes(reply.text, 0, end), end, marks }',
    replace: 'return { ...reply, marks }',
    tests: shared,
  },
  {
    rule: 'R1.5',
    breaks: 'the digest is not looked at',
    file: FOLD,
    find: 'digest(cut.text) === entry.digest',
    replace: 'digest(cut.text) !== null',
    tests: shared,
  },
  {
    rule: 'R1.6',
    breaks: 'something can fall between joining and catching up',
    file: 'packages/server/src/room/room.ts',
    find: 'connection.enter(roomId)\n',
    replace: 'void Promise.resolve().then(() => connection.enter(roomId))\n',
    tests: ['test/convergence'],
  },
  {
    rule: 'R1.7',
    breaks: 'half a surrogate pair is written',
    file: 'packages/server/src/generation/reply-writer.ts',
    find: "this.#half = /[\\uD800-\\uDBFF]$/u.test(whole) ? whole.slice(-1) : ''",
    replace: "this.#half = ''",
    tests: ['packages/server/src/generation/reply-writer.test.ts'],
  },
  {
    rule: 'R1.8',
    breaks: 'followers are shown bytes that are not stored',
    file: `${SQLITE}/replies.ts`,
    find: "delta: null }\n    if (text !== '')",
    replace: 'delta: null }\n    if (text.length > 1e9)',
    tests: contract,
  },
  {
    rule: 'R1.9',
    breaks: 'a mark without bytes is not repeated',
    file: `${SQLITE}/replies.ts`,
    find: 'const begins = after.findLast((candidate) => candidate.from === at)?.kind',
    replace: 'const begins = mark',
    tests: contract,
  },
  {
    rule: 'R2.1',
    breaks: 'a second end replaces the first',
    file: `${SQLITE}/generations.ts`,
    find: 'if (row.ended !== null)',
    replace: 'if (row.ended === "never")',
    tests: contract,
  },
  {
    rule: 'R2.2',
    breaks: 'a reply takes bytes after its end',
    file: `${SQLITE}/sqlite-room-log.ts`,
    find: 'const refused = refuseOwner(row, owned.fence)\n      if (refused) return refused\n      const grown',
    replace: 'const refused = refuseOwner(row, owned.fence)\n      void refused\n      const grown',
    tests: contract,
  },
  {
    rule: 'R2.2',
    breaks: 'a screen shows bytes after the end',
    file: FOLD,
    find: 'if (reply?.ended || (reply === undefined && !isAhead(state, number)))',
    replace: 'if (reply === undefined && !isAhead(state, number))',
    tests: shared,
  },
  {
    rule: 'R2.3',
    breaks: 'a second generation starts beside the first',
    file: `${SQLITE}/sqlite-room-log.ts`,
    find: 'ask && (room.running !== null || room.held === 1 ||',
    replace: 'ask && (room.held === 1 ||',
    tests: contract,
  },
  {
    rule: 'R2.4',
    breaks: 'a stop does not hold the queue',
    file: `${SQLITE}/generations.ts`,
    find: "(end.outcome === 'cancelled' ||",
    replace: '(',
    tests: contract,
  },
  {
    rule: 'R2.4',
    breaks: 'an end starts nothing',
    file: `${SQLITE}/generations.ts`,
    find: 'const next = end.next === null ? null : this.promote(roomId, end.next)',
    replace: 'const next = null as Entry | null',
    tests: contract,
  },
  {
    rule: 'R2.5',
    breaks: 'a stream that breaks off counts as complete',
    file: 'packages/server/src/generation/claude-sdk.ts',
    find: "if (!signal.aborted) throw new ClaudeFailure('truncated', { retryable: true })",
    replace: "if (!signal.aborted) yield { type: 'stopped', stop, inputTokens, outputTokens }",
    tests: ['packages/server/src/generation/claude-sdk.test.ts'],
  },
  {
    rule: 'R3.1',
    breaks: 'a stop is acknowledged with another end than the one of the log',
    file: 'packages/server/src/room/commands.ts',
    find: 'const { outcome, end } = result.ended',
    replace: 'const { outcome, end: last } = result.ended\n  const end = Math.max(0, last - 1)',
    tests: ['test/process/stops.test.ts'],
  },
  {
    rule: 'R3.2',
    breaks: 'a stop does not reach the request',
    file: 'packages/server/src/generation/generation.ts',
    find: 'this.#why = why\n    this.#abort.abort()',
    replace: 'this.#why = why',
    tests: ['packages/server/src/generation/generation.test.ts'],
  },
  {
    rule: 'R4.1',
    breaks: 'a repeated command is done again',
    file: `${SQLITE}/sqlite-room-log.ts`,
    find: 'if (before) return { ...before, repeated: true }',
    replace: '',
    tests: contract,
  },
  {
    rule: 'R7.2',
    breaks: 'a connection that takes nothing in stays on the live path',
    file: 'packages/server/src/room/place.ts',
    find: 'const STALLED_BYTES = 256 * 1024',
    replace: 'const STALLED_BYTES = Infinity',
    tests: ['test/process/slow.test.ts'],
  },
  {
    rule: 'W5',
    breaks: 'an event names the position before it',
    file: 'packages/server/src/room/room.ts',
    find: 'this.#state = state\n    this.#remember(update, before.offset)\n    this.#share(update)',
    replace:
      'this.#share(update)\n    this.#state = state\n    this.#remember(update, before.offset)',
    tests: ['test/convergence/events.fuzz.test.ts'],
  },
  {
    rule: 'W6',
    breaks: 'whoever comes back gets the whole room',
    file: 'packages/server/src/events/event-id.ts',
    find: 'return parsed.success ? parsed.output : undefined',
    replace: 'return undefined',
    tests: ['test/convergence/events.test.ts'],
  },
]
