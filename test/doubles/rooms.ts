// The rooms of a node over a given log, with no connections and nothing running.
import type { Clock } from '@roomcast/shared/clock'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { MemoryPresence } from '@roomcast/server/presence/memory-presence.ts'
import { Rooms, type RoomsOptions } from '@roomcast/server/room/rooms.ts'
import { SimulatedClock } from './clock.ts'
import { TestRoom } from './room.ts'

export function testRooms(
  log: RoomLog,
  clock: Clock,
  newId: () => string,
  more: Partial<RoomsOptions> = {},
): Rooms {
  return new Rooms({
    log,
    presence: new MemoryPresence(clock),
    fanOut: { send: () => undefined },
    clock,
    newId,
    defaultModel: 'claude',
    stopAsking: () => false,
    knowsMember: () => false,
    requireModel: () => undefined,
    run: () => undefined,
    refuseNew: () => null,
    takePlace: () => ({ release: () => undefined }),
    onError: (_, error) => {
      throw error
    },
    ...more,
  })
}

/** A room of Alice, with Bob in it, and the rooms of a node over its log. */
export async function openTestRooms(): Promise<{
  readonly room: TestRoom
  readonly rooms: Rooms
  close(): Promise<void>
}> {
  const clock = new SimulatedClock()
  const room = await TestRoom.open(clock)
  const rooms = testRooms(room.log, clock, () => room.newId())
  const close = async () => {
    await rooms.close()
    await room.log.close()
  }
  return { room, rooms, close }
}
