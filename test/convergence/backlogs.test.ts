// The data that a room keeps for connections that are behind, and for those that join during its deletion.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMITS } from '@roomcast/shared/protocol'
import { House } from './house.ts'

let house: House
/** Whether updates of the log reach the rooms. */
let hears: boolean
beforeEach(async () => {
  hears = true
  house = await House.make(() => hears)
})
afterEach(async () => {
  await house.close()
})

test('[R7.2] a room that is read again is sent to all connections but the stalled ones', async () => {
  const started = await house.answering('a')
  const [alice, bob] = [await house.watch('alice'), await house.watch('bob')]
  alice.unread = 100
  await house.clock.advance(250)
  const [before, bobBefore] = [alice.folded(), bob.folded()]
  alice.took()
  bob.took()
  hears = false
  await house.room.write(started, 1, 'b')
  hears = true
  await house.room.write(started, 2, 'c')
  await house.clock.advance(0)
  expect(alice.took()).toEqual([])
  expect(bob.folded(bobBefore)).toEqual(await house.room.state())
  alice.unread = 0
  await house.clock.advance(250)
  expect(alice.folded(before)).toEqual(await house.room.state())
})

test('[R7.2] a connection that has missed much is sent no more than a whole room', async () => {
  const alice = await house.watch('alice')
  alice.unread = 100
  await house.clock.advance(250)
  const before = alice.folded()
  alice.took()
  const text = 'x'.repeat(60_000)
  for (let said = 0; said < (1.5 * LIMITS.windowBytes) / text.length; said++)
    await house.room.say('bob', text)
  alice.unread = 0
  await house.clock.advance(250)
  expect(JSON.stringify(alice.updates).length).toBeLessThan(1.2 * LIMITS.windowBytes)
  expect(alice.folded(before)).toEqual(await house.room.state())
})

test('nobody stays in a room that is deleted while they join', async () => {
  for (let steps = 0; steps < 25; steps++) {
    const one = await House.make()
    const alice = one.connect('alice')
    await one.watch('bob')
    const joining = alice.join()
    for (let step = 0; step < steps; step++) await Promise.resolve()
    await one.log.deleteRoom('room')
    const joined = await joining
    const wasSentOut = alice.took().includes('closed')
    expect(joined.ok && !wasSentOut, `after ${steps} steps`).toBe(false)
    await one.close()
  }
})
