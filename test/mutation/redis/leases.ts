// Who is taken for dead in Redis.
import type { Mutation } from '../mutation.ts'
import { REDIS, PRELUDE, RECOVERY, contract, recovery } from './places.ts'

/** Who is taken for dead. */
export const LEASES: readonly Mutation[] = [
  {
    rule: 'R5.1',
    breaks: 'a lease never runs out',
    file: `${REDIS}/recover-room.lua`,
    find: "if tonumber(redis.call('HGET', KEYS[9], 'lease')) >= now() then",
    replace: 'if true then',
    ...contract('recovery > [R5.1]'),
  },
  {
    rule: 'R5.1',
    breaks: 'a living owner is taken for dead: the lease is not looked at',
    file: `${REDIS}/recover-room.lua`,
    find: "if tonumber(redis.call('HGET', KEYS[9], 'lease')) >= now() then",
    replace: 'if false then',
    ...recovery('an owner > [R5.1] who renews'),
  },
  {
    rule: 'R5.1',
    breaks: 'a renewal does not prolong the lease',
    file: `${REDIS}/renew.lua`,
    find: "redis.call('HSET', KEYS[9], 'lease', whole(now() + LEASE_MS))",
    replace: '',
    ...recovery('an owner > [R5.1] who renews'),
  },
  {
    rule: 'R5.1',
    breaks: 'text does not prolong the lease',
    file: PRELUDE,
    find: "redis.call('HSET', key, 'lease', whole(now() + LEASE_MS))",
    replace: '',
    ...recovery('an owner > [R5.1] who writes'),
  },
  {
    rule: 'R5.1',
    breaks: 'an owner is judged by a look from before Redis was away',
    file: `${REDIS}/recover-room.lua`,
    find: 'if now() > tonumber(ARGV[4]) + FRESH_MS then',
    replace: 'if false then',
    ...recovery('an owner > [R5.1] is not judged by a look'),
  },
  {
    rule: 'R5.1',
    breaks: 'a node judges as soon as it comes',
    file: RECOVERY,
    find: 'swept === null || clock.now() - this.#thereSince < leaseMs',
    replace: 'swept === null || leaseMs < 0',
    ...recovery('an owner > [R5.1] is judged by a node that has just come'),
  },
  {
    rule: 'R5.1',
    breaks: 'owners are judged as soon as Redis is back',
    file: RECOVERY,
    find: "options.connections.commands.on('ready', () => this.#wasAway())",
    replace: '',
    ...recovery('an owner > [R5.1] has a whole lease to come back after Redis was away'),
  },
  {
    rule: 'R5.1',
    breaks: 'owners are judged as soon as Redis answers again',
    file: RECOVERY,
    find: 'this.#wasAway()\n      throw error',
    replace: 'throw error',
    ...recovery('an owner > [R5.1] has a whole lease to come back after Redis did not answer'),
  },
  {
    rule: 'port',
    breaks: 'every node looks after all rooms',
    file: `${REDIS}/sweep.lua`,
    find: 'if sweeper and sweeper ~= ARGV[1] then',
    replace: 'if false then',
    ...recovery('the look after all rooms > is for one node at a time'),
  },
  {
    rule: 'R5.1',
    breaks: 'a room in which something has just begun is not looked after',
    file: `${REDIS}/forget-room.lua`,
    find: "if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then",
    replace: 'if true then',
    ...recovery('the look after all rooms > finds a room'),
  },
]
