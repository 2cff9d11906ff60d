// Joining: membership is checked once, before anything else happens.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import { testRooms } from '@roomcast/test/doubles/rooms.ts'
import type { RoomLog } from '../judge/room-log.ts'
import type { Connection } from './connection.ts'
import { Place } from './place.ts'
import type { Rooms } from './rooms.ts'

let room: TestRoom
let rooms: Rooms
/** The calls to the log. */
let asked: string[]
/** Replaces the log's answer to `isMember`. */
let isMember: RoomLog['isMember'] | null

beforeEach(async () => {
  const clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  const log = new Proxy(room.log, {
    get(target, name: keyof RoomLog) {
      const method = target[name].bind(target) as (...given: unknown[]) => unknown
      return (...given: unknown[]) => {
        asked.push(name)
        if (name === 'isMember' && isMember) return isMember(...(given as [string, string]))
        return method(...given)
      }
    },
  })
  asked = []
  isMember = null
  rooms = testRooms(log, clock, () => room.newId())
})
afterEach(async () => {
  await rooms.close()
  await room.log.close()
})

/** A member's connection, and the rooms it is in. */
function connectionOf(memberId: string): { connection: Connection; inside: Set<string> } {
  const inside = new Set<string>()
  const connection: Connection = {
    id: `connection-${memberId}`,
    memberId,
    send: () => undefined,
    enter: (roomId) => void inside.add(roomId),
    exit: (roomId) => void inside.delete(roomId),
  }
  return { connection, inside }
}

it('joining checks membership once, before the room is opened', async () => {
  await rooms.join(connectionOf('bob').connection, room.roomId, undefined)
  expect(asked).toEqual(['isMember', 'follow', 'read'])
})

it('a member whom an open room knows causes no call to the log', async () => {
  await rooms.join(connectionOf('bob').connection, room.roomId, undefined)
  asked = []
  await rooms.join(connectionOf('alice').connection, room.roomId, undefined)
  expect(asked).toEqual([])
})

it('joining a room of others opens nothing, and the connection stays in its room', async () => {
  const settings = { title: 'Another', instructions: '' }
  const { roomId } = await rooms.create({ memberId: 'alice', name: 'Alice' }, settings)
  const { connection, inside } = connectionOf('bob')
  const place = new Place(connection, rooms)
  await place.take(room.roomId, undefined)
  asked = []
  await expect(place.take(roomId, undefined)).rejects.toMatchObject({
    body: { code: 'room-not-found' },
  })
  expect(asked).toEqual(['isMember', 'isGone'])
  expect([...inside]).toEqual([room.roomId])
  expect(place.roomId).toBe(room.roomId)
})

it('[R6.7] a member who rejoined but is removed while they join is shown nothing', async () => {
  const { log, roomId } = room
  await rooms.join(connectionOf('alice').connection, roomId, undefined)
  const remove = (by: string) =>
    log.amend(roomId, { type: 'remove', commandId: room.newId(), by, memberId: 'bob' })
  await remove('bob')
  // Bob has rejoined, which the room hears only during the second membership check; by then he is removed again.
  let answers = 0
  isMember = async (...who) => {
    answers += 1
    if (answers > 2) return log.isMember(...who)
    if (answers === 2) {
      const bob = { memberId: 'bob', name: 'Bob', role: 'member' } as const
      await log.join(roomId, { commandId: room.newId(), ...bob })
      await remove('alice')
    }
    return true
  }
  const { connection, inside } = connectionOf('bob')
  await expect(rooms.join(connection, roomId, undefined)).rejects.toMatchObject({
    body: { code: 'removed' },
  })
  expect(inside.size).toBe(0)
})
