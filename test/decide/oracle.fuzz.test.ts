// The logs write exactly what the rules decide (`decide/`), entry for entry, in random histories whose commands each go
// to a random node. FUZZ_RUNS sets the number of histories, for longer runs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '@roomcast/server/clock.ts'
import type { Command } from '@roomcast/server/decide/commands.ts'
import type { Docket } from '@roomcast/server/decide/docket.ts'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { Database } from '@roomcast/server/log/sqlite/database.ts'
import { Judge } from '@roomcast/server/judge/judge.ts'
import { SqliteEntryLog } from '@roomcast/server/log/sqlite/sqlite-entry-log.ts'
import type { RoomState } from '@roomcast/shared/protocol'
import { openRedisNode, type RedisNode } from '../redis/redis-log.ts'
import type { Chance } from '../doubles/chance.ts'
import { withSeeds } from '../doubles/chance.ts'
import { stateOf } from '../doubles/room.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { Tally } from '../support/tally.ts'
import { KnownRoom } from './known-room.ts'
import { decided, done } from './oracle.ts'
import { RandomCommands } from './random-commands.ts'

const FILE = 'test/decide/oracle.fuzz.test.ts'
const HISTORIES = Number(process.env['FUZZ_RUNS'] ?? 40)
const COMMANDS = 150
const KINDS: Record<Command['type'], true> = {
  create: true,
  join: true,
  post: true,
  start: true,
  withdraw: true,
  resume: true,
  edit: true,
  retract: true,
  configure: true,
  invite: true,
  'end-invites': true,
  remove: true,
  end: true,
  promote: true,
}

/** A node with its own knowledge of the rooms. `isShared`: other nodes may run generations that this one does not. */
interface Node {
  readonly log: RoomLog
  readonly isShared: boolean
}

/**
 * The log itself refuses the end of a generation that is not running. In Redis it also chooses the moment when a
 * waiting question may start; in SQLite it treats a generation run by another judge as interrupted.
 */
function isForTheLog(command: Command, { docket }: KnownRoom, { isShared }: Node): boolean {
  if (command.type === 'promote') return isShared || docket.running !== null
  return command.type === 'end' && command.generationId !== docket.running
}

/** Sends each command to a random log, so that a log learns of the others' commands only from the storage. */
async function playHistory(
  nodes: readonly Node[],
  chance: Chance,
  name: string,
  tally: Tally,
): Promise<void> {
  const room = new KnownRoom()
  const commands = new RandomCommands(chance, room, name)
  for (let count = 0; count < COMMANDS; count++) {
    const node = chance.pick(nodes)
    const command = count === 0 ? commands.create(name) : commands.next()
    if (isForTheLog(command, room, node)) continue
    const expected = decided(room, command)
    const { outcome, written } = await done(node.log, name, command)
    expect(outcome, `command ${count}: ${JSON.stringify(command)}`).toEqual(expected)
    room.add(written)
    tally.count('refused' in outcome ? `${command.type}: ${outcome.refused}` : command.type)
  }
  const { log } = chance.pick(nodes)
  expectSameRoom(room.docket, stateOf(await log.read(name)))
  await log.deleteRoom(name)
}

/** The docket that rules decide on agrees with the state that everybody sees. */
function expectSameRoom(docket: Docket, state: RoomState): void {
  const { offset, model, inviters, queue, held, running, number, members } = docket
  expect({ offset, model, inviters, held, queue: queue.map(({ messageId }) => messageId) }).toEqual(
    {
      offset: state.offset,
      model: state.model,
      inviters: state.inviters ?? 'all',
      held: state.held,
      queue: state.queue,
    },
  )
  expect(running === null ? null : number).toBe(state.running)
  expect(
    [...members].map(([memberId, { name, role, gone }]) => [memberId, name, role, gone]),
  ).toEqual(
    state.members.map(({ memberId, name, role, gone = null }) => [memberId, name, role, gone]),
  )
}

async function playAll(nodes: readonly Node[]): Promise<void> {
  const tally = new Tally()
  await withSeeds(HISTORIES, FILE, (chance, seed) =>
    playHistory(nodes, chance, `room-${seed}`, tally),
  )
  process.stdout.write(`${tally.table()}\n`)
  // A single history may lack some kinds.
  if (process.env['FUZZ_SEED'] !== undefined) return
  const isShared = nodes.some((node) => node.isShared)
  const kinds = Object.keys(KINDS).filter((kind) => !isShared || kind !== 'promote')
  for (const kind of kinds) expect(tally.of(kind), kind).toBeGreaterThan(0)
}

describe('random histories are decided as the log decides them', () => {
  test('in SQLite, whatever the command', async () => {
    const database = new Database(':memory:')
    const open = () => {
      const log = new SqliteEntryLog({ database, clock: systemClock })
      return new Judge({ log, clock: systemClock, newId: () => 'epoch' })
    }
    const nodes = [open(), open()].map((log) => ({ log, isShared: false }))
    await playAll(nodes)
    for (const { log } of nodes) await log.close()
  })

  describe('over two nodes', () => {
    let redis: RedisServer
    let nodes: readonly RedisNode[]
    beforeAll(async () => {
      redis = await startRedis()
      const open = () =>
        openRedisNode({ urls: [redis.url], cluster: false }, { namespace: 'oracle' })
      nodes = await Promise.all([open(), open()])
    })
    afterAll(async () => {
      for (const node of nodes) await node.close()
      await redis.stop()
    })

    test('in Redis', async () => {
      await playAll(nodes.map(({ log }) => ({ log, isShared: true })))
    })
  })
})
