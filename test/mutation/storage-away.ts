// Mutations of how a node behaves while it cannot save anything.
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
    breaks: 'nobody is told that the storage does not answer',
    file: WATCH,
    find: "if (owedMs > SILENT_MS) this.#isIn(errorBody('storage-unavailable'))",
    replace: '',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'a single refusal counts as trouble',
    file: WATCH,
    find: 'const MOST_REFUSED = 2',
    replace: 'const MOST_REFUSED = 1',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'a node that was suspended blames its storage',
    file: WATCH,
    find: 'if (isLate) return',
    replace: '',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'a late answer of a frozen storage counts as all clear',
    file: WATCH,
    find: 'if (this.#options.clock.now() - sentAt <= PROMPT_MS)',
    replace: 'if (sentAt > 0)',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'storage is reported back before the node has caught up',
    file: WATCH,
    find: 'await this.#options.catchUp()',
    replace: 'void this.#options.catchUp()',
    ...watch,
  },
  {
    rule: 'R5.3',
    breaks: 'storage is reported back before the room has been read again',
    file: ROOM,
    find: 'mode.isBack = trouble === null',
    replace: 'mode.isBack = false',
    ...rooms,
  },
  {
    rule: 'R7.2',
    breaks: 'a room that cannot be read is read again for each update',
    file: ROOM,
    find: "if (mode.kind === 'unread') return",
    replace: "if (mode.kind === 'unread') return void this.#reread(mode.isBack)",
    tests: ['packages/server/src/room/room-reread.test.ts'],
  },
  {
    rule: 'R5.3',
    breaks: 'a member who joins is shown old text as live',
    file: ROOM,
    find: "if (this.#trouble) connection.send({ type: 'storage', error: this.#trouble }, position)",
    replace: '',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'commands wait for unavailable storage',
    file: ROOMS,
    find: "if (this.#isAway && command.type !== 'typing') {",
    replace: "if (this.#isAway && command.type === 'cancel') {",
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'a member who joins waits for updates that cannot come',
    file: ROOMS,
    find: 'since?.epoch === room.state.epoch && !this.#isAway',
    replace: 'since?.epoch === room.state.epoch',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'opening a room that is not in memory waits for unavailable storage',
    file: ROOMS,
    find: 'if (!this.#open.has(roomId)) this.#requireStorage()',
    replace: '',
    ...rooms,
  },
  {
    rule: 'R5.3',
    breaks: 'after a catch-up the page still shows an outdated storage error',
    file: 'packages/client/src/room/room-client.ts',
    find: "if (type === 'snapshot' || type === 'tail') this.#trouble = null",
    replace: '',
    ...page,
  },
  {
    rule: 'R5.3',
    breaks: 'a stop is given up when storage is unavailable',
    file: 'packages/client/src/room/outbox.ts',
    find: "return command.type === 'cancel' && isOneOf(STORAGE, code)",
    replace: 'return false',
    ...page,
  },
  {
    rule: 'R5.4',
    breaks: 'an answer runs on longer if storage takes seconds to fail',
    file: WRITER,
    find: 'this.#awaySince = since',
    replace: 'this.#awaySince = since = this.#options.clock.now()',
    tests: ['packages/server/src/generation/reply-writer.test.ts'],
  },
  {
    rule: 'R5.4',
    breaks: 'any amount of text is buffered for unavailable storage',
    file: WRITER,
    find: 'const AWAY_BYTES = 1024 * 1024',
    replace: 'const AWAY_BYTES = Infinity',
    tests: ['packages/server/src/generation/reply-writer.test.ts'],
  },
  {
    rule: 'R5.4',
    breaks: 'Claude may think without limit while storage is unavailable',
    file: 'packages/server/src/generation/generation.ts',
    find: "this.#stopPatience ??= clock.after(left, () => this.#halt({ kind: 'storage' }))",
    replace: 'void left',
    tests: ['packages/server/src/generation/generation-faults.test.ts'],
  },
]
