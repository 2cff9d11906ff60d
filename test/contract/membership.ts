// Membership: leaving, removal, what former members may no longer do, and who may return.
import { describe, expect, test } from 'vitest'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, refusalOf, type TestRoom } from '../doubles/room.ts'

/** Every command that a member may send. */
function wishes(room: TestRoom, by: string, generationId: string, messageId: string) {
  return [
    () => room.say(by, 'Hello'),
    () => room.ask(by, 'Hello?'),
    () => room.cancel(by, generationId),
    () => room.again(by, generationId),
    () => room.resume(by),
    () => room.withdraw(by, messageId),
    () => room.edit(by, messageId, 'text'),
    () => room.retract(by, messageId),
    () => room.remove(by, 'carol'),
    () => room.amend(by, { type: 'configure', title: 'T' }),
  ]
}

export function describeMembership(setup: Setup): void {
  describe('membership', () => {
    const use = useLog(setup)
    const join = (memberId: string, commandId: string) =>
      use.log.join('room', { commandId, memberId, name: memberId, role: 'member' })

    test('[R6.7] a member who has left may do nothing, and may return', async () => {
      const room = await aRoom(use.log)
      const messageId = await room.said('bob', 'Hello')
      const { generationId } = await room.asked('alice', 'Why?')
      const { entries } = await room.remove('bob', 'bob')
      expect(entries).toMatchObject([{ type: 'member-left', memberId: 'bob', by: 'bob' }])
      expect(await use.log.isMember('room', 'bob')).toBe(false)
      expect(await use.log.isGone('room', 'bob')).toBe(true)
      expect(await use.log.isGone('room', 'alice')).toBe(false)
      expect(await use.log.isGone('none', 'bob')).toBe(false)
      expect(await use.log.roomsOf('bob')).toEqual([])
      for (const wish of wishes(room, 'bob', generationId, messageId))
        await room.refuses('removed', wish)
      expect((await join('bob', 'again')).entries).toMatchObject([{ type: 'member-joined' }])
      expect(await use.log.roomsOf('bob')).toHaveLength(1)
      expect(await use.log.isGone('room', 'bob')).toBe(false)
      await room.edit('bob', messageId, 'Hello again')
      const { members, messages } = await room.state()
      expect(members.find(({ memberId }) => memberId === 'bob')).not.toHaveProperty('gone')
      expect(messages[0]).toMatchObject({ text: 'Hello again' })
    })

    test('[R6.7] a removed member may do nothing, and cannot return', async () => {
      const room = await aRoom(use.log)
      const messageId = await room.said('bob', 'Hello')
      const { generationId } = await room.asked('alice', 'Why?')
      await room.remove('alice', 'bob')
      expect(await use.log.isMember('room', 'bob')).toBe(false)
      expect(await use.log.isGone('room', 'bob')).toBe(true)
      expect(await use.log.isGone('room', 'alice')).toBe(false)
      expect(await use.log.isGone('none', 'bob')).toBe(false)
      expect(await use.log.roomsOf('bob')).toEqual([])
      for (const wish of wishes(room, 'bob', generationId, messageId))
        await room.refuses('removed', wish)
      await room.refuses('removed', () => join('bob', 'again'))
      expect((await room.state()).members[1]).toMatchObject({ memberId: 'bob', gone: 'removed' })
    })

    test('[R6.5] only the owner removes others, and the owner cannot leave', async () => {
      const room = await aRoom(use.log)
      await room.refuses('owner-only', () => room.remove('bob', 'carol'))
      await room.refuses('owner-only', () => room.remove('bob', 'alice'))
      await room.refuses('owner-only', () => room.remove('alice', 'alice'))
      await room.refuses('member-not-found', () => room.remove('alice', 'nobody'))
      await room.remove('alice', 'bob')
      await room.refuses('member-not-found', () => room.remove('alice', 'bob'))
    })

    test('questions of a member who left stay queued, those of a removed member do not', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      const stays = await room.queued('carol', 'Who?')
      await room.queued('bob', 'When?')
      const { entries } = await room.remove('alice', 'bob')
      expect(entries.map(({ type }) => type)).toEqual([
        'question-withdrawn',
        'question-withdrawn',
        'member-left',
      ])
      await room.remove('carol', 'carol')
      expect((await room.state()).queue).toEqual([stays])
      const ended = await room.end(running, 'completed')
      expect(ended).toMatchObject({ started: { messageId: stays, by: 'carol' } })
      expect((await room.log.page('room', 1000, 10)).entries).toEqual(
        expect.arrayContaining(entries.slice(0, 2)),
      )
    })

    test('of a concurrent leave and removal only one happens', async () => {
      const room = await aRoom(use.log)
      const calls = [room.remove('bob', 'bob'), room.remove('alice', 'bob')]
      const codes = await Promise.all(calls.map(refusalOf))
      expect(codes.filter((code) => code === 'not refused')).toHaveLength(1)
      expect((await room.state()).members.filter(({ gone }) => gone)).toHaveLength(1)
    })
  })
}
