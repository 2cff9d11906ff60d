// What any presence adapter keeps to.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PresencePort, PresentMembers } from '@roomcast/server/presence/presence.ts'
import { SimulatedClock } from '../doubles/clock.ts'

export interface PresenceUnderTest {
  readonly presence: PresencePort
  /** Called after `presence` was closed. */
  cleanup(): void | Promise<void>
}

/** Runs the contract on an adapter; `setup` opens one for each test, on nothing anybody else uses. */
export function describePresence(
  name: string,
  setup: (clock: SimulatedClock) => PresenceUnderTest | Promise<PresenceUnderTest>,
): void {
  describe(`presence: ${name}`, () => {
    let clock: SimulatedClock
    let underTest: PresenceUnderTest
    let presence: PresencePort
    let told: PresentMembers[]
    beforeEach(async () => {
      clock = new SimulatedClock()
      underTest = await setup(clock)
      presence = underTest.presence
      told = []
      presence.follow('room', (members) => told.push(members))
    })
    afterEach(async () => {
      presence.close()
      await underTest.cleanup()
    })
    const here = () => presence.present('room').map(({ memberId }) => memberId)

    test('a member is here while one connection of theirs is, and for a moment after', async () => {
      presence.enter('room', 'one', 'alice')
      presence.enter('room', 'two', 'alice')
      presence.leave('room', 'one')
      await clock.advance(60_000)
      expect(here()).toEqual(['alice'])
      presence.leave('room', 'two')
      await clock.advance(1000)
      expect(here()).toEqual(['alice'])
      await clock.advance(60_000)
      expect(here()).toEqual([])
      expect(told.at(-1)).toEqual([])
    })

    test('a reload is not a leave', async () => {
      presence.enter('room', 'one', 'alice')
      await clock.advance(1000)
      presence.leave('room', 'one')
      await clock.advance(1000)
      presence.enter('room', 'two', 'alice')
      await clock.advance(60_000)
      expect(told).toEqual([[{ memberId: 'alice', typing: false }]])
    })

    test('many who come at once are told together, in the order in which they came', async () => {
      for (const name of ['alice', 'bob', 'carol']) presence.enter('room', name, name)
      await clock.advance(1000)
      expect(told.map((members) => members.map(({ memberId }) => memberId))).toEqual([
        ['alice', 'bob', 'carol'],
      ])
    })

    test('writing is shown until it is said, or forgotten after a while', async () => {
      presence.enter('room', 'one', 'alice')
      presence.typing('room', 'alice')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: true }])
      presence.said('room', 'alice')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false }])
      presence.typing('room', 'alice')
      await clock.advance(60_000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false }])
    })

    test('who is not here does not write, and rooms do not mix', async () => {
      presence.enter('other', 'one', 'alice')
      presence.typing('room', 'alice')
      await clock.advance(60_000)
      expect(told).toEqual([])
      expect(presence.present('other')).toEqual([{ memberId: 'alice', typing: false }])
    })

    test('where somebody looks is told, of several windows the nearest', async () => {
      const looks = () => presence.present('room').map(({ look }) => look)
      presence.enter('room', 'one', 'alice')
      presence.enter('room', 'two', 'alice')
      expect(looks()).toEqual([undefined])
      presence.look('room', 'one', 'away')
      presence.look('room', 'two', 'above')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false, look: 'above' }])
      presence.look('room', 'one', 'live')
      presence.look('other', 'one', 'away')
      presence.look('room', 'three', 'away')
      expect(looks()).toEqual(['live'])
      presence.leave('room', 'one')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false, look: 'above' }])
      presence.leave('room', 'two')
      presence.enter('room', 'three', 'alice')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false }])
    })

    test('whose link is too slow is behind, unless away, until it has caught up', async () => {
      const looks = () => presence.present('room').map(({ look }) => look)
      presence.enter('room', 'one', 'alice')
      presence.look('room', 'one', 'above')
      presence.behind('room', 'one', true)
      expect(looks()).toEqual(['behind'])
      presence.look('room', 'one', 'away')
      expect(looks()).toEqual(['away'])
      presence.look('room', 'one', 'live')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false, look: 'behind' }])
      presence.enter('room', 'one', 'alice')
      await clock.advance(1000)
      expect(told.at(-1)).toEqual([{ memberId: 'alice', typing: false, look: 'live' }])
    })

    test('what is said again about where somebody looks is told once', async () => {
      presence.enter('room', 'one', 'alice')
      presence.look('room', 'one', 'live')
      await clock.advance(1000)
      const before = told.length
      for (let times = 0; times < 3; times++) {
        presence.look('room', 'one', 'live')
        await clock.advance(1000)
      }
      expect(told.length).toBe(before)
    })

    test('no timers are left when it is closed', () => {
      presence.enter('room', 'one', 'alice')
      presence.typing('room', 'alice')
      presence.leave('room', 'one')
      presence.close()
      presence.close()
      expect(presence.present('room')).toEqual([])
    })
  })
}
