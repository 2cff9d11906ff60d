// Invite links in the log: who may make and end them, and that nobody joins on an outdated check.
import { describe, expect, test } from 'vitest'
import { AdmissionChanged } from '@roomcast/server/judge/room-log.ts'
import { isInviteOpen } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, type TestRoom } from '../doubles/room.ts'

const UNTIL = 4_000_000_000_000
const invite = (room: TestRoom, by: string, inviteId: string) =>
  room.amend(by, { type: 'invite', inviteId, until: UNTIL })
const isOpen = async (room: TestRoom, inviteId: string | undefined) =>
  isInviteOpen(await room.state(), inviteId, 0)

export function describeInvites(setup: Setup): void {
  describe('invites', () => {
    const use = useLog(setup)

    test('[R6.8] a link works until the links are ended; links made later work', async () => {
      const room = await aRoom(use.log)
      const { entries } = await invite(room, 'bob', 'one')
      expect(entries).toMatchObject([{ type: 'invite-made', inviteId: 'one', until: UNTIL }])
      expect(await isOpen(room, 'one')).toBe(true)
      expect(await isOpen(room, 'another')).toBe(false)
      const ended = await room.amend('carol', { type: 'end-invites' })
      expect(ended.entries).toMatchObject([{ type: 'invites-ended', by: 'carol' }])
      expect(await isOpen(room, 'one')).toBe(false)
      await invite(room, 'alice', 'two')
      expect(await isOpen(room, 'two')).toBe(true)
      expect(await isOpen(room, 'one')).toBe(false)
    })

    test('[R6.8] a removal ends all links; a member who leaves ends none', async () => {
      const room = await aRoom(use.log)
      await invite(room, 'bob', 'one')
      await room.remove('bob', 'bob')
      expect(await isOpen(room, 'one')).toBe(true)
      await room.remove('alice', 'carol')
      expect(await isOpen(room, 'one')).toBe(false)
    })

    test('a link of an earlier version, without an id, works until the links are ended', async () => {
      const room = await aRoom(use.log)
      await invite(room, 'alice', 'one')
      expect(await isOpen(room, undefined)).toBe(true)
      await room.amend('alice', { type: 'end-invites' })
      expect(await isOpen(room, undefined)).toBe(false)
      await invite(room, 'alice', 'two')
      expect(await isOpen(room, undefined)).toBe(false)
    })

    test('[R6.8] if only the owner may invite, nobody else makes or ends links', async () => {
      const room = await aRoom(use.log)
      const configure = (inviters: 'all' | 'owner') =>
        room.amend('alice', { type: 'configure', inviters })
      await configure('owner')
      expect((await room.state()).inviters).toBe('owner')
      await room.refuses('owner-only', () => invite(room, 'bob', 'one'))
      await room.refuses('owner-only', () => room.amend('bob', { type: 'end-invites' }))
      await room.refuses('room-not-found', () => invite(room, 'stranger', 'one'))
      await invite(room, 'alice', 'one')
      await room.amend('alice', { type: 'configure', title: 'Other' })
      await room.refuses('owner-only', () => invite(room, 'bob', 'two'))
      await configure('all')
      await invite(room, 'bob', 'two')
      expect(await isOpen(room, 'two')).toBe(true)
    })

    test('[R6.7] a member who has left makes and ends no links', async () => {
      const room = await aRoom(use.log)
      await room.remove('bob', 'bob')
      await room.refuses('removed', () => invite(room, 'bob', 'one'))
      await room.refuses('removed', () => room.amend('bob', { type: 'end-invites' }))
    })

    test.each([
      ['somebody has joined', (room: TestRoom) => room.joins('dave')],
      ['somebody has left', (room: TestRoom) => room.remove('bob', 'bob')],
      ['somebody was removed', (room: TestRoom) => room.remove('alice', 'bob')],
      ['links were ended', (room: TestRoom) => room.amend('bob', { type: 'end-invites' })],
    ])('[R6.8] nobody joins on a check made before %s', async (_name, happens) => {
      const room = await aRoom(use.log)
      const { offset: seen } = await room.state()
      await happens(room)
      const { offset } = await room.state()
      const erin = { memberId: 'erin', name: 'Erin', role: 'member' } as const
      const join = (from: number) =>
        use.log.join('room', { ...erin, commandId: room.newId('join'), seen: from })
      const refused = await join(seen).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(AdmissionChanged)
      expect(refused).toMatchObject({ offset })
      expect((await join(offset)).entries).toMatchObject([{ type: 'member-joined' }])
    })

    test('only the newest twenty links are open', async () => {
      const room = await aRoom(use.log)
      for (let index = 1; index <= 22; index++) await invite(room, 'alice', `link-${index}`)
      const { invites } = await room.state()
      expect(invites?.open.map(({ inviteId }) => inviteId)).toEqual(
        Array.from({ length: 20 }, (_, index) => `link-${index + 3}`),
      )
    })
  })
}
