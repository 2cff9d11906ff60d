// Memory is freed: closed rooms leave nothing behind.
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

/** The heap size after garbage collection, bytes. */
async function heap(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return process.memoryUsage().heapUsed
}

it('[R7.1] closed rooms keep at most a fifth of the memory they took', async () => {
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
  // A first visit, so that compiled code and permanent data are in memory.
  ;(await visit(made[0] ?? ''))()
  await clock.advance(70_000)
  const before = await heap()
  const leaves = await Promise.all(made.map(visit))
  const open = await heap()
  // Connections that have left keep nothing of the room either.
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
