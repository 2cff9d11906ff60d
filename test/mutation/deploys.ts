// What keeps a deploy from being noticed, and members from paying for what is no answer, each broken on purpose.
import type { Mutation } from './mutation.ts'

const OUTBOX = 'packages/client/src/room/outbox.ts'
const ROOM_CLIENT = 'packages/client/src/room/room-client.ts'
const CLAUDE = 'packages/server/src/generation/claude-sdk.ts'
const client = ['packages/client/src/room/']

export const DEPLOY_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R4.1',
    breaks: 'what meets a node that goes down is given up',
    file: OUTBOX,
    find: 'if (code === GOING_DOWN) return true',
    replace: '',
    tests: client,
    titled: 'commands > [R4.1] that meet a node that goes down',
  },
  {
    rule: 'R4.1',
    breaks: 'a page that is too old forgets what it could not send',
    file: ROOM_CLIENT,
    find: "if (error.code !== 'protocol-version') this.#outbox.giveUp(error)",
    replace: 'this.#outbox.giveUp(error)',
    tests: client,
    titled: 'a message that waits > [R4.1] is kept for the page that is to be loaded anew',
  },
  {
    rule: 'R2',
    breaks: 'what was being asked when its node was told to go is interrupted at once',
    file: 'packages/server/src/generation/generations.ts',
    find: 'if (this.#hasNoPatience) generation.shutdown()',
    replace: 'if (this.#draining) generation.shutdown()',
    tests: ['packages/server/src/generation/generations.test.ts'],
    titled: 'a node that shuts down > gives the same time',
  },
  {
    rule: 'R6',
    breaks: 'a redirect of Claude is followed, with what people have said',
    file: CLAUDE,
    find: "redirect: 'manual'",
    replace: "redirect: 'follow'",
    tests: ['packages/server/src/generation/claude-sdk-odd.test.ts'],
    titled: 'an endpoint that is not Claude > is not followed',
  },
  {
    rule: 'R2.5',
    breaks: 'any page is taken for an answer of Claude',
    file: CLAUDE,
    find: '!isEventStream(response.headers) || ',
    replace: '',
    tests: ['packages/server/src/generation/claude-sdk-odd.test.ts'],
    titled: 'an endpoint that is not Claude > fails as unreadable: a page',
  },
]
