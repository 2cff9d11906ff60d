// The contract of every presence adapter.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PresencePort, PresentMembers } from '@roomcast/server/presence/presence.ts'
import { SimulatedClock } from '../doubles/clock.ts'

export interface PresenceUnderTest {
  readonly presence: PresencePort
  /** Runs after `presence` is closed. */
  cleanup(): void | Promise<void>
}

/** Runs the contract on an adapter; `setup` opens one for each test, on storage that nothing else uses. */
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

    test('a member is present while any of their connections is open, and for a moment after', async () => {
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

    test('members who arrive at once are announced together, in order of arrival', async () => {
      for (const name of ['alice', 'bob', 'carol']) presence.enter('room', name, name)
      await clock.advance(1000)
      expect(told.map((members) => members.map(({ memberId }) => memberId))).toEqual([
        ['alice', 'bob', 'carol'],
      ])
    })

    test('typing is shown until the message is sent, or until it times out', async () => {
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

    test('a member who is absent is not typing, and rooms stay separate', async () => {
      presence.enter('other', 'one', 'alice')
      presence.typing('room', 'alice')
      await clock.advance(60_000)
      expect(told).toEqual([])
      expect(presence.present('other')).toEqual([{ memberId: 'alice', typing: false }])
    })

    test('the look of a member is announced; of several windows, the one nearest to the live end', async () => {
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

    test('a member with a slow link is behind, unless away, until it has caught up', async () => {
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

    test('a repeated look is announced once', async () => {
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

    test('closing leaves no timers', () => {
      presence.enter('room', 'one', 'alice')
      presence.typing('room', 'alice')
      presence.leave('room', 'one')
      presence.close()
      presence.close()
      expect(presence.present('room')).toEqual([])
    })
  })
}
