// Mutations of the rules about amended messages and former members.
import type { Mutation } from './mutation.ts'

const sqlite = ['test/contract/sqlite.test.ts']

export const AMENDMENT_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R6.5',
    breaks: 'anybody may edit messages of others',
    file: 'packages/server/src/decide/edit.ts',
    find: "if (message.by !== by) return new Refusal('not-yours')",
    replace: '',
    tests: sqlite,
  },
  {
    rule: 'R6.6',
    breaks: 'a page contains retracted text',
    file: 'packages/server/src/decide/entries.ts',
    find: "later: 'r:',",
    replace: '',
    tests: sqlite,
  },
  {
    rule: 'R6.6',
    breaks: 'Claude learns that a message was retracted',
    file: 'packages/server/src/generation/prompt.ts',
    find: 'if (message.withdrawn || message.retractedBy !== undefined) return false',
    replace: 'if (message.withdrawn) return false',
    tests: ['packages/server/src/generation/prompt.test.ts'],
  },
  {
    rule: 'R6.7',
    breaks: 'a removed member goes on watching',
    file: 'packages/server/src/room/room.ts',
    find: 'if (gone.length === 0) return',
    replace: 'if (gone.length >= 0) return',
    tests: ['packages/server/src/room/rooms-gone.test.ts'],
  },
  {
    rule: 'R6.7',
    breaks: 'a member removed while joining is shown the room',
    file: 'packages/server/src/room/rooms.ts',
    find: 'while (room.isGone(memberId) && askedAt !== room.state.offset)',
    replace: 'while (room.isGone(memberId) && askedAt < 0)',
    tests: ['packages/server/src/room/rooms-join.test.ts'],
  },
]
