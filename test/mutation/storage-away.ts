// What a node does while it cannot save anything, broken on purpose.
import type { Mutation } from './mutation.ts'

const WATCH = 'packages/server/src/health/storage-watch.ts'
const ROOM = 'packages/server/src/room/room.ts'
const ROOMS = 'packages/server/src/room/rooms.ts'
const WRITER = 'packages/server/src/generation/reply-writer.ts'
const watch = { tests: ['packages/server/src/health/storage-watch.test.ts'] }
const rooms = { tests: ['packages/server/src/room/rooms-away.test.ts'] }
const page = { tests: ['packages/client/src/room/room-client-paused.test.ts'] }

export const STORAGE_AWAY_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R5.3',
    breaks: 'a storage that does not answer is waited for without a word',
    file: WATCH,
    find: "if (owedMs > SILENT_MS) this.#isIn(errorBody('storage-unavailable'))",
    replace: '',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'one refusal is taken for trouble',
    file: WATCH,
    find: 'const MOST_REFUSED = 2',
    replace: 'const MOST_REFUSED = 1',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'a node that slept blames its storage',
    file: WATCH,
    find: 'if (isLate) return',
    replace: '',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'an answer that was frozen with the storage says that all is well',
    file: WATCH,
    find: 'if (this.#options.clock.now() - sentAt <= PROMPT_MS)',
    replace: 'if (sentAt > 0)',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'it is said to be back before what was missed has come to this node',
    file: WATCH,
    find: 'await this.#options.catchUp()',
    replace: 'void this.#options.catchUp()',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'it is said to be back before the room has been read again',
    file: ROOM,
    find: 'mode.isBack = trouble === null',
    replace: 'mode.isBack = false',
    ...rooms,
  },
  {
    rule: 'R7.2',
    breaks: 'a room that cannot be read keeps all it is told, and is read again for each of it',
    file: ROOM,
    find: "if (mode.kind === 'unread') return",
    replace: "if (mode.kind === 'unread') return void this.#reread(mode.isBack)",
    tests: ['packages/server/src/room/room-reread.test.ts'],
  },
  {
    rule: 'R5.3',
    breaks: 'whoever joins is shown old text as live',
    file: ROOM,
    find: "if (this.#trouble) connection.send({ type: 'storage', error: this.#trouble }, position)",
    replace: '',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'commands wait for a storage that is away',
    file: ROOMS,
    find: "if (this.#isAway && command.type !== 'typing') {",
    replace: "if (this.#isAway && command.type === 'cancel') {",
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'whoever joins waits for what cannot come',
    file: ROOMS,
    find: 'since?.epoch === room.state.epoch && !this.#isAway',
    replace: 'since?.epoch === room.state.epoch',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'a room that is not in memory waits for a storage that is away',
    file: ROOMS,
    find: 'if (!this.#open.has(roomId)) this.#requireStorage()',
    replace: '',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'the page is not told whether it is still true after a catch-up',
    file: 'packages/client/src/room/room-client.ts',
    find: "if (type === 'snapshot' || type === 'tail') this.#trouble = null",
    replace: '',
    ...page,
  },
  {
    rule: 'R5.3',
    breaks: 'a stop is given up when storage is away',
    file: 'packages/client/src/room/outbox.ts',
    find: "return command.type === 'cancel' && isOneOf(STORAGE, code)",
    replace: 'return false',
    ...page,
  },
  {
    rule: 'R5.4',
    breaks: 'storage that takes seconds to fail is paid for as much longer',
    file: WRITER,
    find: 'this.#awaySince = since',
    replace: 'this.#awaySince = since = this.#options.clock.now()',
    tests: ['packages/server/src/generation/reply-writer.test.ts'],
  },
  {
    rule: 'R5.4',
    breaks: 'any amount of text is kept for a storage that is away',
    file: WRITER,
    find: 'const AWAY_BYTES = 1024 * 1024',
    replace: 'const AWAY_BYTES = Infinity',
    tests: ['packages/server/src/generation/reply-writer.test.ts'],
  },
  {
    rule: 'R5.4',
    breaks: 'a Claude that thinks is paid for without end',
    file: 'packages/server/src/generation/generation.ts',
    find: "this.#stopPatience ??= clock.after(left, () => this.#halt({ kind: 'storage' }))",
    replace: 'void left',
    tests: ['packages/server/src/generation/generation-faults.test.ts'],
  },
]
