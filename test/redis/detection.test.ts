// A Redis that has lost acknowledged entries, as after a failover to a replica that lagged: every screen is corrected.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { RoomState, Update } from '@roomcast/shared/protocol'
import type { LogUpdate } from '@roomcast/server/judge/room-log.ts'
import { MemoryPresence } from '@roomcast/server/presence/memory-presence.ts'
import type { Connection } from '@roomcast/server/room/connection.ts'
import { Room } from '@roomcast/server/room/room.ts'
import { systemClock } from '@roomcast/server/clock.ts'
import { type FaultyRedis, useFaultyRedis } from './faulty-redis.ts'
import { aRoom } from '../doubles/room.ts'

const fixture = useFaultyRedis()
let { admin, connections, log, lost }: FaultyRedis = {} as FaultyRedis
beforeEach(() => ({ admin, connections, log, lost } = fixture.current))

describe('a Redis that has lost acknowledged entries', () => {
  test('gives the room one new epoch and tells followers', async () => {
    const room = await aRoom(log)
    const told: LogUpdate[] = []
    await log.follow('room', (update) => told.push(update))
    const { epoch } = await room.state()
    await log.checkpoint(await room.state())
    await room.say('bob', 'soon lost')
    await expect.poll(() => told.length).toBe(1)
    // As after a failover to a replica that lagged.
    await admin.hset('faults:{room}', 'offset', 4)
    await admin.xdel('faults:{room}:entries', '5-0')
    await admin.call('XSETID', 'faults:{room}:entries', '4-0')
    await expect.poll(() => lost).toEqual(['room'])
    const state = await room.state()
    expect(state.epoch).not.toBe(epoch)
    expect(state).toMatchObject({ offset: 4, messages: [] })
    await room.say('bob', 'said again')
    // A heartbeat may follow.
    await expect
      .poll(() => told)
      .toContainEqual(
        expect.objectContaining({
          type: 'entries',
          epoch: state.epoch,
          entries: [expect.objectContaining({ offset: 5 })],
        }),
      )
    expect(lost).toEqual(['room'])
  })

  test('[R4.1] answers a command again although another node, which did not know it, restored its entries', async () => {
    const room = await aRoom(log)
    await log.follow('room', () => undefined)
    const removal = { type: 'remove', by: 'alice', memberId: 'carol', commandId: 'c' } as const
    const removed = await log.amend('room', removal)
    const { epoch } = await room.state()
    // What the other node leaves behind. This one has not heard of it yet.
    await admin.hset('faults:{room}', { epoch: 'turned', before: epoch })
    expect(await admin.hdel('faults:{room}:commands', 'alice c')).toBe(1)
    expect(await log.amend('room', removal)).toEqual(removed)
  })

  test('[R4.1] answers a command again that was refused while its first answer was being restored', async () => {
    const room = await aRoom(log)
    await log.follow('room', () => undefined)
    const removal = { type: 'remove', by: 'alice', memberId: 'carol', commandId: 'c' } as const
    const removed = await log.amend('room', removal)
    const { epoch } = await room.state()
    const run = connections.run.bind(connections)
    let restored: Promise<unknown> | null = null
    let restore: () => void = () => undefined
    const refused = new Promise<void>((resolve) => (restore = resolve))
    vi.spyOn(connections, 'run').mockImplementation(async (script, ...rest) => {
      if (script.name.includes('restore'))
        return (restored ??= refused.then(() => run(script, ...rest)))
      // The check after the refusal reads the position only when the repair under way has ended.
      if (script.name.includes('position') && restored) {
        restore()
        await restored
      }
      return run(script, ...rest)
    })
    await admin.hset('faults:{room}', { epoch: 'turned', before: epoch })
    await admin.hdel('faults:{room}:commands', 'alice c')
    await admin.publish('faults:{room}', 'eturned\n[]')
    await expect.poll(() => restored !== null).toBe(true)
    expect(await log.amend('room', removal)).toEqual(removed)
  })

  /** A Room with one watcher, and the snapshots that the watcher was sent. */
  async function watched() {
    const snapshots: RoomState[] = []
    const see = (update: Update) => {
      if ('type' in update && update.type === 'snapshot') snapshots.push(update.state)
    }
    const connection: Connection = {
      id: 'socket',
      memberId: 'bob',
      send: see,
      enter: () => undefined,
      exit: () => undefined,
    }
    const presence = new MemoryPresence(systemClock)
    const open = await Room.open({
      roomId: 'room',
      log,
      presence,
      fanOut: { send: (_, update) => see(update) },
      clock: systemClock,
      onDeleted: () => undefined,
      onError: () => undefined,
    })
    open.join(connection, undefined)
    const close = async () => {
      await open.close()
      presence.close()
    }
    return { open, snapshots, close }
  }

  test('[R1] is corrected on every screen by one read of the room', async () => {
    const room = await aRoom(log)
    await room.say('bob', 'soon lost')
    const { open, snapshots, close } = await watched()
    const { epoch } = open.state
    await admin.hset('faults:{room}', 'offset', 4)
    await admin.xdel('faults:{room}:entries', '5-0')
    await admin.call('XSETID', 'faults:{room}:entries', '4-0')
    await expect.poll(() => snapshots.length).toBeGreaterThan(1)
    expect(open.state).toMatchObject({ offset: 4, messages: [] })
    expect(open.state.epoch).not.toBe(epoch)
    await room.say('bob', 'said again')
    // The next two heartbeats cause no further read.
    let heartbeats = 0
    const stop = await log.follow('room', (update) => {
      if ('type' in update && update.type === 'heartbeat') heartbeats += 1
    })
    await expect.poll(() => heartbeats).toBe(2)
    expect(snapshots.length).toBeLessThanOrEqual(3)
    expect(open.state).toMatchObject({ messages: [{ text: 'said again' }] })
    stop()
    await close()
  })

  test('[R1] is noticed even if another entry was written at that offset before any node checked', async () => {
    const room = await aRoom(log)
    await room.say('bob', 'soon lost')
    const { open, snapshots, close } = await watched()
    await admin.xdel('faults:{room}:entries', '5-0')
    await admin.call('XSETID', 'faults:{room}:entries', '4-0')
    // The scripts write offset and time first.
    const at = (await admin.time()).map(Number)[0]
    const entry = { offset: 5, at: (at ?? 0) * 1000 + 5000, type: 'message-posted' }
    const other = { ...entry, messageId: 'other', by: 'bob', text: 'another', ask: false }
    await admin.xadd('faults:{room}:entries', '5-0', 'e', JSON.stringify(other))
    await expect.poll(() => snapshots.length).toBeGreaterThan(1)
    expect(open.state).toMatchObject({ offset: 5, messages: [{ text: 'another' }] })
    expect(lost).toEqual(['room'])
    await close()
  })

  test('[R1] is noticed even if the new entry at that offset differs in its id alone', async () => {
    const room = await aRoom(log)
    await room.say('bob', 'said twice')
    const { open, snapshots, close } = await watched()
    const [[, [, json = '']] = ['', []]] = await admin.xrange('faults:{room}:entries', '5-0', '5-0')
    await admin.xdel('faults:{room}:entries', '5-0')
    await admin.call('XSETID', 'faults:{room}:entries', '4-0')
    const [message] = open.state.messages
    const id = message?.kind === 'said' ? message.messageId : ''
    await admin.xadd('faults:{room}:entries', '5-0', 'e', json.replace(id, 'room-another-9'))
    await expect.poll(() => snapshots.length).toBeGreaterThan(1)
    expect(open.state).toMatchObject({
      messages: [{ messageId: 'room-another-9', at: message?.at }],
    })
    expect(lost).toEqual(['room'])
    await close()
  })
})
