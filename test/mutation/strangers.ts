// Mutations of the rules that keep strangers from ending, filling, starving or reading.
import type { Mutation } from './mutation.ts'

const SERVER = 'packages/server/src'

export const STRANGER_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'R7.1',
    breaks: 'a packet may have as many arguments as it likes',
    file: `${SERVER}/socket/packets.ts`,
    find: 'if (list.length - 1 > MOST_ARGUMENTS) throw',
    replace: 'if (list.length < 0) throw',
    tests: ['test/hostile/packets.test.ts'],
    titled: 'a packet that no page sends > ends its connection',
  },
  {
    rule: 'R6.3',
    breaks: 'a server answers to every host name',
    file: `${SERVER}/access/host.ts`,
    find: 'if (isIP(bare) === 0) return false',
    replace: 'if (isIP(bare) === 0) return true',
    tests: [`${SERVER}/access/host.test.ts`],
  },
  {
    rule: 'R6.8',
    breaks: 'an ended link still lets people in',
    file: 'packages/shared/src/room/invites.ts',
    find: 'return openInvites(state, now).some((invite) => invite.inviteId === inviteId)',
    replace: 'return true',
    tests: ['packages/shared/src/room/invites.test.ts'],
  },
  {
    rule: 'R6.4',
    breaks: 'any words may be quoted under another name',
    file: `${SERVER}/room/quoted-passage.ts`,
    find: "if (wanted === '') return false",
    replace: 'return true',
    tests: [`${SERVER}/room/quoted-passage.test.ts`],
  },
  {
    rule: 'R7.1',
    breaks: 'unwatched rooms stay in memory, however many there are',
    file: `${SERVER}/room/open-rooms.ts`,
    find: 'if (bytes <= (this.#options.unwatchedBytes ?? UNWATCHED_BYTES)) return',
    replace: 'if (bytes >= 0) return',
    tests: [`${SERVER}/room/open-rooms.test.ts`],
  },
  {
    rule: 'R7.3',
    breaks: 'one member takes all slots',
    file: `${SERVER}/spending/running-limits.ts`,
    find: 'if (tally.all >= perNode || tally.of(by) >= perMember) return false',
    replace: 'if (tally.all >= perNode) return false',
    tests: [`${SERVER}/spending/running-limits.test.ts`],
  },
  {
    rule: 'R7.3',
    breaks: 'the daily tokens are never used up',
    file: `${SERVER}/spending/spending.ts`,
    find: 'this.#today() + this.#uncharged < dailyTokens',
    replace: 'dailyTokens > 0',
    tests: [`${SERVER}/spending/spending.test.ts`],
    titled: 'the tokens of a day',
  },
  {
    rule: 'R5.4',
    breaks: 'a stop while storage is unavailable misses an answer whose room is not in memory',
    file: `${SERVER}/room/rooms.ts`,
    find: 'if (!isKnown) await this.#roomOf(memberId, roomId)',
    replace: 'await this.#roomOf(memberId, roomId)',
    tests: [`${SERVER}/room/rooms-away.test.ts`],
  },
]
