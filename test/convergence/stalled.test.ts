// Connections that do not read, one behaviour at a time.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, House } from './house.ts'

let house: House
beforeEach(async () => {
  house = await House.make(() => true)
})
afterEach(async () => {
  await house.close()
})

describe('a stalled connection', () => {
  test('[R7.2] leaves the live path, and returns with one tail', async () => {
    const started = await house.answering('a')
    const alice = await house.watch('alice')
    alice.unread = 100
    await house.clock.advance(250)
    const before = alice.folded()
    alice.took()
    await house.room.write(started, 1, 'b', 'c', 'd')
    await house.room.say('bob', 'meanwhile')
    expect(alice.took()).toEqual([])
    alice.unread = 0
    await house.clock.advance(250)
    expect(alice.updates.map((update) => 'type' in update && update.type)).toEqual([
      'tail',
      'presence',
      'synced',
    ])
    await house.room.write(started, 4, 'e')
    expect(alice.folded(before)).toEqual(await house.room.state())
  })

  test('[R7.2] may not ask for the room repeatedly without reading it', async () => {
    const alice = await house.watch('alice')
    alice.unread = 100
    alice.took()
    for (let count = 0; count < 3; count++) expect(codeOf(await alice.join())).toBe('rate-limited')
    expect(alice.took()).toEqual([])
    await house.clock.advance(30_500)
    expect(alice.isEnded).toBe(true)
  })

  test('[R7.2] is closed at once if far too much is unsent, in a room or in none', async () => {
    const [alice, bob] = [await house.watch('alice'), house.connect('bob')]
    for (const one of [alice, bob]) one.unread = 1_000_000
    await house.clock.advance(250)
    expect([alice.isEnded, bob.isEnded]).toEqual([true, true])
  })

  test('[R7.2] may take its time if it drains slowly', async () => {
    const alice = await house.watch('alice')
    for (alice.unread = 300; alice.unread > 5; alice.unread -= 5) await house.clock.advance(10_000)
    expect(alice.isEnded).toBe(false)
  })

  test('[R7.2] is closed if it does not drain for 30 s, and may reconnect', async () => {
    const alice = await house.watch('alice')
    alice.unread = 100
    await house.clock.advance(30_000)
    expect(alice.isEnded).toBe(false)
    await house.clock.advance(500)
    expect(alice.isEnded).toBe(true)
    expect(alice.updates.at(-1)).toMatchObject({ type: 'closed', error: { retryable: true } })
  })
})
