import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { MemoryPresence } from './memory-presence.ts'
import type { PresentMembers } from './presence.ts'

/** The updates in a room of this many members within ten seconds, while one of them changes their look 20 times a second. */
async function restless(members: number): Promise<PresentMembers[]> {
  const clock = new SimulatedClock()
  const presence = new MemoryPresence(clock)
  for (let index = 0; index < members; index++) presence.enter('room', `c${index}`, `m${index}`)
  await clock.advance(5000)
  const told: PresentMembers[] = []
  presence.follow('room', (all) => told.push(all))
  for (let index = 0; index < 200; index++) {
    presence.look('room', 'c7', index % 2 === 0 ? 'live' : 'above')
    await clock.advance(50)
  }
  presence.look('room', 'c7', 'away')
  await clock.advance(2000)
  presence.close()
  return told
}

describe('presence', () => {
  it('[R7.1] of a large room is sent less often, but always up to the last change', async () => {
    const told = await restless(500)
    expect(told.length).toBeGreaterThan(5)
    expect(told.length).toBeLessThanOrEqual(13)
    expect(told.at(-1)).toContainEqual({ memberId: 'm7', typing: false, look: 'away' })
  })

  it('of a small room is sent at once', async () => {
    expect((await restless(10)).length).toBeGreaterThan(90)
  })
})
