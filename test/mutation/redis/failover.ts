// What is acknowledged survives a Redis that has lost it, and what breaks that.
import type { Mutation } from '../mutation.ts'
import { failover, FOLLOWING, REDIS } from './places.ts'

const REASSERT = `${REDIS}/reassert.lua`
const after = (title: string) =>
  failover(`after a failover that lost what was acknowledged > ${title}`)

export const FAILOVER: readonly Mutation[] = [
  {
    rule: 'R4.2',
    breaks: 'what was written by this node and heard by nobody is not remembered',
    file: FOLLOWING,
    find: 'if (!followed || entries.length === 0) return',
    replace: 'if (entries.length < 9) return',
    ...after('[R4.2] what only the node knows'),
  },
  {
    rule: 'R4.2',
    breaks: 'a node that hears of a new epoch keeps to itself what only it knows',
    file: FOLLOWING,
    find: 'followed.owes = followed.epoch',
    replace: 'followed.owes = null',
    ...after('[R4.2] what only another node knows'),
  },
  {
    rule: 'R4.1',
    breaks: 'a command that was written again is done once more',
    file: REASSERT,
    find: "redis.call('HSETNX', COMMANDS, field, kind .. ' ' .. whole(first) .. ' ' .. whole(last)) == 1",
    replace: 'false',
    ...after('[R4.2] a message is there again'),
  },
  {
    rule: 'R4.2',
    breaks: 'two nodes write the same message again',
    file: REASSERT,
    find: "  local known = redis.call('HGET', INDEX, 'm:' .. message)",
    replace: '  local known',
    ...after('[R4.2] nothing is lost or doubled'),
  },
  {
    rule: 'R1',
    breaks: 'what is written again has another time',
    file: REASSERT,
    find: 'writtenOnce = tonumber(time)',
    replace: 'writtenOnce = tonumber(time) + 1',
    ...after('[R4.2] a message is there again'),
  },
  {
    rule: 'R3.1',
    breaks: 'a stop comes back without the text that was shown before it',
    file: `${REDIS}/reassertion.ts`,
    find: 'things.push(...(texted.get(entry.number) ?? []))',
    replace: 'texted.get(entry.number)',
    ...after('[R3.1] a stop stays a stop'),
  },
  {
    rule: 'R3.1',
    breaks: 'text beyond a stop that comes back stays',
    file: REASSERT,
    find: "if redis.call('STRLEN', reply) > to then",
    replace: 'if false then',
    ...after('[R3.1] text beyond a stop'),
  },
  {
    rule: 'R2.1',
    breaks: 'the owner of a start that was lost is refused afterwards',
    file: REASSERT,
    find: 'start(GENERATIONS .. generation, generation, mode, message, by, of)',
    replace: 'local _ = start',
    ...after('[R2.1] an end stays with what it started'),
  },
  {
    rule: 'R3.1',
    breaks: 'a question that was stopped is asked again',
    file: REASSERT,
    find: "if ended == '0' and mode",
    replace: 'if mode',
    ...after('[R2.3] a start that lost its place'),
  },
  {
    rule: 'R1',
    breaks: 'a screen that is alone ahead of the log is left alone',
    file: 'packages/server/src/room/room.ts',
    find: 'return isBehind(positionOf((await this.#looking).state))',
    replace: 'return false',
    tests: ['packages/server/src/room/rooms-beyond.test.ts'],
    titled: '[R1][R1.6] a screen that is alone ahead',
  },
  {
    rule: 'R4.2',
    breaks: 'a whole room that was lost is taken for removed',
    file: FOLLOWING,
    find: 'stand === null && followed.connection !== connection',
    replace: 'false',
    ...after('[R4.2] a room that was just made'),
  },
  {
    rule: 'R4.2',
    breaks: 'a room that was removed is there again',
    file: FOLLOWING,
    find: 'if (stand && stand.epoch === removed?.epoch) this.#options.onUnremoved(roomId)',
    replace: 'if (stand) return',
    ...after('[R4.2] a room that was just made'),
  },
]
