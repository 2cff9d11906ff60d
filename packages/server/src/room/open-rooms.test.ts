import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import { testRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Connection } from './connection.ts'
import { OpenRooms } from './open-rooms.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

let clock: SimulatedClock
let room: TestRoom
let rooms: Rooms
beforeEach(async () => {
  clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  rooms = testRooms(room.log, clock, () => room.newId())
})
afterEach(async () => {
  await rooms.close()
  await room.log.close()
})

const connection: Connection = {
  id: 'c',
  memberId: 'alice',
  send: () => undefined,
  enter: () => undefined,
  exit: () => undefined,
}

describe('[R7.1] no room is opened', () => {
  it('by typing, posting or stopping in 250 rooms', async () => {
    const alice = { memberId: 'alice', name: 'Alice' }
    for (let count = 0; count < 250; count++) {
      const { roomId } = await rooms.create(alice, { title: 'x', instructions: '' })
      await rooms.perform('alice', { type: 'typing', commandId: 'c', roomId })
      const post = { type: 'post', commandId: 'p', roomId, text: 'x', ask: false } as const
      expect(await rooms.perform('alice', post)).toMatchObject({ ok: true })
    }
    expect(rooms.size).toBe(0)
  })

  it('by a refused join or a bare membership check', async () => {
    const { roomId } = room
    const typing = { type: 'typing', commandId: 'c', roomId } as const
    await expect(rooms.perform('mallory', typing)).rejects.toThrow('room doesn’t exist')
    await expect(rooms.requireMember('mallory', roomId)).rejects.toThrow('room doesn’t exist')
    await rooms.requireMember('alice', roomId)
    const other = { memberId: 'mallory', name: 'M' }
    await rooms.admit(roomId, other, undefined)
    await rooms.perform('mallory', { type: 'remove', commandId: 'r', roomId, memberId: 'mallory' })
    await rooms.close()
    const fresh = testRooms(room.log, clock, () => room.newId())
    await expect(fresh.perform('mallory', typing)).rejects.toThrow('no longer a member')
    expect(fresh.size).toBe(0)
  })
})

describe('[R7.1] rooms in memory', () => {
  /** An OpenRooms whose rooms have nothing but a size. */
  function openRooms(bytes: number, watched: ReadonlySet<string>) {
    const closed: string[] = []
    const open = (roomId: string) =>
      Promise.resolve({
        bytes,
        get watched() {
          return watched.has(roomId)
        },
        close: () => Promise.resolve(void closed.push(roomId)),
      } as unknown as Room)
    return { closed, all: new OpenRooms({ clock, open, unwatchedBytes: 1000 }) }
  }

  it('without watchers stay within a byte limit together, and those used last stay open', async () => {
    const watched = new Set<string>(['watched'])
    const { closed, all } = openRooms(300, watched)
    for (const roomId of ['watched', 'a', 'b', 'c']) await all.use(roomId)
    await all.use('a')
    expect(closed).toEqual([])
    await all.use('d')
    await Promise.resolve()
    expect(closed).toEqual(['b'])
    await all.use('e')
    await Promise.resolve()
    expect(closed).toEqual(['b', 'c'])
    watched.delete('watched')
    all.linger('watched')
    expect(closed).toEqual(['b', 'c', 'watched'])
    expect(all.size).toBe(3)
  })

  it('close a minute after their last use', async () => {
    const { closed, all } = openRooms(1, new Set())
    await all.use('a')
    await clock.advance(59_000)
    expect(closed).toEqual([])
    await clock.advance(1000)
    expect(closed).toEqual(['a'])
  })

  it('count as larger the more text they hold', async () => {
    const shown = await rooms.join(connection, room.roomId, undefined)
    const before = shown.bytes
    await room.say('alice', 'x'.repeat(10_000))
    expect(shown.bytes - before).toBeGreaterThan(20_000)
    rooms.leave(connection, shown)
  })
})
