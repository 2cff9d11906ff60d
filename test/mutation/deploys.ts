// Mutations of the rules that keep deploys unnoticed, and members from paying for a response that is no answer.
import type { Mutation } from './mutation.ts'

const OUTBOX = 'packages/client/src/room/outbox.ts'
const ROOM_CLIENT = 'packages/client/src/room/room-client.ts'
const CLAUDE = 'packages/server/src/generation/claude-sdk.ts'
const client = ['packages/client/src/room/']

export const DEPLOY_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R4.1',
    breaks: 'a command that reaches a node shutting down is given up',
    file: OUTBOX,
    find: 'if (code === GOING_DOWN) return true',
    replace: '',
    tests: client,
    titled: 'commands > [R4.1] refused by a node that is shutting down',
  },
  {
    rule: 'R4.1',
    breaks: 'an outdated page forgets its unsent messages',
    file: ROOM_CLIENT,
    find: "if (error.code !== 'protocol-version') this.#outbox.giveUp(error)",
    replace: 'this.#outbox.giveUp(error)',
    tests: client,
    titled: 'an unacknowledged message > [R4.1] stays stored for an outdated page',
  },
  {
    rule: 'R2',
    breaks: 'an answer that runs when its node is told to shut down is interrupted at once',
    file: 'packages/server/src/generation/generations.ts',
    find: 'if (this.#hasNoPatience) generation.shutdown()',
    replace: 'if (this.#draining) generation.shutdown()',
    tests: ['packages/server/src/generation/generations.test.ts'],
    titled: 'a node that shuts down > gives the same time',
  },
  {
    rule: 'R6',
    breaks: 'a redirect from the Claude endpoint is followed, with the conversation',
    file: CLAUDE,
    find: "redirect: 'manual'",
    replace: "redirect: 'follow'",
    tests: ['packages/server/src/generation/claude-sdk-odd.test.ts'],
    titled: 'an endpoint that is not Claude > is not followed',
  },
  {
    rule: 'R2.5',
    breaks: 'any web page counts as an answer of Claude',
    file: CLAUDE,
    find: '!isEventStream(response.headers) || ',
    replace: '',
    tests: ['packages/server/src/generation/claude-sdk-odd.test.ts'],
    titled: 'an endpoint that is not Claude > fails as unreadable: a page',
  },
]
