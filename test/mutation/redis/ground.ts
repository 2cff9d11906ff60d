// Nodes decide on what they know, and the log compares.
import type { Mutation } from '../mutation.ts'
import { APPEND, contract, ground, JUDGE, PRELUDE, staleNodes } from './places.ts'

export const GROUND: readonly Mutation[] = [
  {
    rule: 'port',
    breaks: 'what was decided on another ground is written',
    file: APPEND,
    find: 'local behind = not isNew and moved(asked)',
    replace: 'local behind = nil',
    ...ground('a node that has not heard of what came since > refuses who was removed'),
  },
  {
    rule: 'port',
    breaks: 'an entry that stands in the place of another is taken for it',
    file: PRELUDE,
    find: 'if goesOn and offset == known.offset and fingerprint == known.fingerprint then',
    replace: 'if goesOn and offset == known.offset then',
    ...ground(
      'what a node knows and Redis does not any more > is not decided on, also where another',
    ),
  },
  {
    rule: 'port',
    breaks: 'talk makes others decide again',
    file: PRELUDE,
    find: '  if rules then\n',
    replace: '  if true then\n',
    ...ground('Redis is asked > for talk without'),
  },
  {
    rule: 'port',
    breaks: 'each who speaks at the same moment asks Redis by themselves',
    file: `${JUDGE}/row.ts`,
    find: 'return isApart || index >= MOST || bytes > MOST_BYTES',
    replace: 'return isApart || index >= 1 || bytes > MOST_BYTES',
    ...ground('Redis is asked > once for all who speak'),
  },
  {
    rule: 'port',
    breaks: 'what a node hears does not reach what it decides on',
    file: `${JUDGE}/judge.ts`,
    find: 'this.#dockets.heard(roomId, update)',
    replace: '',
    ...ground('Redis is asked > once for a post'),
  },
  {
    rule: 'R4.1',
    breaks: 'a command that comes twice in one batch is done twice',
    file: `${JUDGE}/row.ts`,
    find: 'const isRepeated = one.name !== null && names.has(one.name)',
    replace: 'const isRepeated = false',
    ...contract('idempotence > post without a question > [R4.1] is done once'),
  },
  {
    rule: 'port',
    breaks: 'what comes beyond a gap is taken to go on from what is known',
    file: 'packages/server/src/log/known.ts',
    find: 'return news[0]?.offset === offset + 1 ? afterEntries(known, news) : known',
    replace: 'return afterEntries(known, news)',
    tests: ['packages/server/src/log/known.test.ts'],
    titled: 'what is known of a room > leaves out what comes beyond a gap',
  },
  {
    rule: 'R2.4',
    breaks: 'what waits is looked for in what a node knows',
    file: `${JUDGE}/recovery.ts`,
    find: 'await dockets.now(roomId)',
    replace: 'await dockets.of(roomId)',
    ...staleNodes(
      'a node that looks after all rooms and follows none > [R2.4] starts what waits, though for all it knows the queue',
    ),
  },
  {
    rule: 'R6.4',
    breaks: 'who joins is judged by an offset that is only guessed',
    file: `${JUDGE}/batches.ts`,
    find: "isFirst: creates !== null || (command.type === 'join' && command.seen !== undefined),",
    replace: 'isFirst: creates !== null,',
    ...staleNodes('[R6.4] of two who join at once'),
  },
  {
    rule: 'R3.1',
    breaks: 'a stop waits for whoever has reserved the room',
    file: APPEND,
    find: 'local till = not asked.first and reservedByOther(asked.node)',
    replace: 'local till = reservedByOther(asked.node)',
    ...staleNodes('a room that is reserved by another node > [R3.1]'),
  },
  {
    rule: 'port',
    breaks: 'a script that breaks off leaves a room that takes no entry any more',
    file: PRELUDE,
    find: '  -- At once: a script that broke off in between would leave a room that takes no entry any more.\n  save()\n',
    replace: '',
    ...staleNodes('a room goes on after a script'),
  },
]
