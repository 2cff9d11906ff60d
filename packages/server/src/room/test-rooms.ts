// The rooms of a node over a given log, with nobody to send to and nothing that runs. Not part of the program.
import type { Clock } from '@roomcast/shared/clock'
import type { RoomLog } from '../log/room-log.ts'
import { MemoryPresence } from '../presence/memory-presence.ts'
import { Rooms, type RoomsOptions } from './rooms.ts'

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
