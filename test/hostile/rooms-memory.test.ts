// Memory comes back: rooms that were open and are closed leave nothing behind.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Connection } from '@roomcast/server/room/connection.ts'
import { testRooms } from '../doubles/rooms.ts'
import { SimulatedClock } from '../doubles/clock.ts'
import { TestRoom } from '../doubles/room.ts'
import { print } from '../fault/figures.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const ROOMS = 60
const TEXT = 'x'.repeat(16 * 1024)

/** What is left over when everything is thrown away that is not needed, bytes. */
async function heap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}

it('[R7.1] rooms that have closed have left at most a fifth of the memory they began with', async () => {
  const clock = new SimulatedClock()
  const room = await TestRoom.open(clock)
  const rooms = testRooms(room.log, clock, () => room.newId())
  const alice = { memberId: 'alice', name: 'Alice' }
  const made: string[] = []
  for (let count = 0; count < ROOMS; count++) {
    const { roomId } = await rooms.create(alice, { title: 'x', instructions: '' })
    made.push(roomId)
    for (let at = 0; at < 32; at++)
      await rooms.perform('alice', {
        type: 'post',
        commandId: `c${at}`,
        roomId,
        text: TEXT + at,
        ask: false,
      })
  }
  const visit = async (roomId: string) => {
    const connection: Connection = {
      id: `c-${roomId}`,
      memberId: 'alice',
      send: () => undefined,
      enter: () => undefined,
      exit: () => undefined,
    }
    const shown = await rooms.join(connection, roomId, undefined)
    return () => rooms.leave(connection, shown)
  }
  // Once around first, so that what is compiled and kept for good is there.
  ;(await visit(made[0] ?? ''))()
  await clock.advance(70_000)
  const before = await heap()
  const leaves = await Promise.all(made.map(visit))
  const open = await heap()
  // Whoever has gone keeps nothing of the room either.
  for (const leave of leaves.splice(0)) leave()
  await clock.advance(70_000)
  const after = await heap()
  expect(rooms.size).toBe(0)
  print('rooms in memory', {
    'before kB': before >> 10,
    'open kB': open >> 10,
    'after kB': after >> 10,
  })
  expect(open / before).toBeGreaterThan(1.2)
  expect(after / before).toBeLessThanOrEqual(1.2)
  await rooms.close()
  await room.log.close()
})
