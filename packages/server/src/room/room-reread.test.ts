// A room that hears of more than it can read: the storage has lost it, and will say so itself.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isDelta, type Update } from '@roomcast/shared/protocol'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import type { Follower, RoomLog } from '../judge/room-log.ts'
import { MemoryPresence } from '../presence/memory-presence.ts'
import { Room } from './room.ts'

let real: TestRoom
let clock: SimulatedClock
let room: Room
let hear: Follower
let reads: number
/** The number of reads that will fail. */
let failures: number
let shown: string[]

beforeEach(async () => {
  clock = new SimulatedClock()
  real = await TestRoom.open(clock)
  ;[reads, failures, shown] = [0, 0, []]
  const log = new Proxy(real.log, {
    get(target, name: keyof RoomLog) {
      if (name === 'follow')
        return (_: string, follower: Follower) => {
          hear = follower
          return Promise.resolve(() => undefined)
        }
      if (name === 'read')
        return (roomId: string) => {
          reads += 1
          return failures-- > 0 ? Promise.reject(new Error('away')) : target.read(roomId)
        }
      return target[name].bind(target)
    },
  })
  room = await Room.open({
    roomId: real.roomId,
    log,
    presence: new MemoryPresence(clock),
    fanOut: {
      send: (_, update: Update) => void shown.push(isDelta(update) ? 'delta' : update.type),
    },
    clock,
    onDeleted: () => undefined,
    onError: () => undefined,
  })
  ;[reads, failures] = [0, 0]
})
afterEach(async () => {
  await room.close()
  await real.log.close()
})

/** Announces an offset beyond what the log can return. */
function tellOfMore(): void {
  const { epoch, offset } = room.state
  hear({ type: 'heartbeat', epoch, offset: offset + 1, end: 0 })
}

it('[R5.3] an announced update that cannot be read causes one re-read per announcement', async () => {
  tellOfMore()
  await settle()
  expect(reads).toBe(1)
  hear([99, 7, 'of a start that is nowhere'])
  await settle()
  expect(reads).toBe(2)
  expect(shown).toEqual(['snapshot', 'snapshot'])
})

it('[R1.2] updates that arrive during a re-read are applied after it', async () => {
  const { epoch, offset } = room.state
  tellOfMore()
  const post = { messageId: 'm', by: 'one', text: 'Hi', ask: false, generationId: 'g' }
  const { entries } = await real.log.post(real.roomId, { commandId: 'c', ...post })
  hear({ type: 'entries', epoch, entries })
  await settle()
  expect(room.state.offset).toBe(offset + entries.length)
})

it('[R7.2] a room that cannot be read buffers no updates that the next read will return', async () => {
  failures = 1
  tellOfMore()
  await settle()
  // Each of these would cause another read if it were buffered.
  for (let time = 0; time < 20; time++) tellOfMore()
  await clock.advance(2000)
  await settle()
  expect(reads).toBe(2)
})
