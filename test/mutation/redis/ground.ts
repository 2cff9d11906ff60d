// Mutations of how nodes decide on what they know and the log compares grounds.
import type { Mutation } from '../mutation.ts'
import { APPEND, contract, ground, JUDGE, PRELUDE, staleNodes } from './places.ts'

export const GROUND: readonly Mutation[] = [
  {
    rule: 'port',
    breaks: 'a decision on an outdated ground is written',
    file: APPEND,
    find: 'local behind = not isNew and moved(asked)',
    replace: 'local behind = nil',
    ...ground('a node that is behind > refuses every command of a member removed'),
  },
  {
    rule: 'port',
    breaks: 'another entry at the same offset counts as the known one',
    file: PRELUDE,
    find: 'if goesOn and offset == known.offset and fingerprint == known.fingerprint then',
    replace: 'if goesOn and offset == known.offset then',
    ...ground(
      'knowledge that Redis has lost > is not used for decisions, even if another',
    ),
  },
  {
    rule: 'port',
    breaks: 'a message makes others decide again',
    file: PRELUDE,
    find: '  if rules then\n',
    replace: '  if true then\n',
    ...ground('a node asks Redis > about messages without'),
  },
  {
    rule: 'port',
    breaks: 'each of several concurrent messages asks Redis separately',
    file: `${JUDGE}/row.ts`,
    find: 'return isApart || index >= MOST || bytes > MOST_BYTES',
    replace: 'return isApart || index >= 1 || bytes > MOST_BYTES',
    ...ground('a node asks Redis > once for all messages'),
  },
  {
    rule: 'port',
    breaks: 'updates that a node hears do not reach its docket',
    file: `${JUDGE}/judge.ts`,
    find: 'this.#dockets.heard(roomId, update)',
    replace: '',
    ...ground('a node asks Redis > once each for a post'),
  },
  {
    rule: 'R4.1',
    breaks: 'a command repeated within one batch is done twice',
    file: `${JUDGE}/row.ts`,
    find: 'const isRepeated = one.name !== null && names.has(one.name)',
    replace: 'const isRepeated = false',
    ...contract('idempotence > post without a question > [R4.1] is done once'),
  },
  {
    rule: 'port',
    breaks: 'entries beyond a gap are appended to the known ones',
    file: 'packages/server/src/log/known.ts',
    find: 'return news[0]?.offset === offset + 1 ? afterEntries(known, news) : known',
    replace: 'return afterEntries(known, news)',
    tests: ['packages/server/src/log/known.test.ts'],
    titled: 'the knowledge of a room > ignores entries beyond a gap',
  },
  {
    rule: 'R2.4',
    breaks: 'waiting questions are looked up in a docket that may be outdated',
    file: `${JUDGE}/recovery.ts`,
    find: 'await dockets.now(roomId)',
    replace: 'await dockets.of(roomId)',
    ...staleNodes(
      'a node that sweeps all rooms and follows none > [R2.4] starts the waiting question although it believes that the queue',
    ),
  },
  {
    rule: 'R6.4',
    breaks: 'a join is judged by an offset that is only a guess',
    file: `${JUDGE}/batches.ts`,
    find: "isFirst: creates !== null || (command.type === 'join' && command.seen !== undefined),",
    replace: 'isFirst: creates !== null,',
    ...staleNodes('[R6.4] of two members who join at once'),
  },
  {
    rule: 'R3.1',
    breaks: 'a stop waits for the node that reserved the room',
    file: APPEND,
    find: 'local till = not asked.first and reservedByOther(asked.node)',
    replace: 'local till = reservedByOther(asked.node)',
    ...staleNodes('a room reserved by another node > [R3.1]'),
  },
  {
    rule: 'port',
    breaks: 'a script that breaks off leaves a room that accepts no more entries',
    file: PRELUDE,
    find: '  -- At once: a script that broke off in between would leave a room that takes no entry any more.\n  save()\n',
    replace: '',
    ...staleNodes('a room goes on after a script'),
  },
]
