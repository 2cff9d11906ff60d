import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isDelta, type Update } from '@roomcast/shared/protocol'
import type { TestRoom } from '@roomcast/test/doubles/room.ts'
import { openTestRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Connection } from './connection.ts'
import { Place } from './place.ts'
import type { Rooms } from './rooms.ts'

let opened: Awaited<ReturnType<typeof openTestRooms>>
let room: TestRoom
let rooms: Rooms
beforeEach(async () => ({ room, rooms } = opened = await openTestRooms()))
afterEach(() => opened.close())

/** A connection that records its updates, and the rooms it is in. */
function connectionOf(memberId: string) {
  const sent: Update[] = []
  const inside = new Set<string>()
  const connection: Connection = {
    id: `connection-${memberId}`,
    memberId,
    send: (update) => void sent.push(update),
    enter: (roomId) => void inside.add(roomId),
    exit: (roomId) => void inside.delete(roomId),
  }
  return {
    connection,
    sent,
    inside,
    types: () => sent.map((one) => (isDelta(one) ? '' : one.type)),
  }
}

const remove = (memberId = 'bob') =>
  rooms.perform('alice', { type: 'remove', commandId: room.newId(), roomId: room.roomId, memberId })

describe('[R6.7] a removed member', () => {
  it('is out of the room before anything else is shown to them, and is told why', async () => {
    const { connection, sent, inside } = connectionOf('bob')
    await rooms.join(connection, room.roomId, undefined)
    await remove()
    expect(inside.size).toBe(0)
    expect(sent.at(-1)).toMatchObject({ type: 'closed', error: { code: 'removed' } })
    await expect(rooms.join(connection, room.roomId, undefined)).rejects.toMatchObject({
      body: { code: 'removed' },
    })
  })

  it('does not get back in when their slow connection catches up', async () => {
    const { connection, inside, types } = connectionOf('bob')
    const place = new Place(connection, rooms)
    await place.take(room.roomId, undefined)
    expect(place.keepsUp(1024 * 1024)).toBe(true)
    await remove()
    expect(place.keepsUp(0)).toBe(true)
    expect(inside.size).toBe(0)
    expect(types().at(-1)).toBe('closed')
  })

  it('disappears for everyone at once, even though presence keeps disconnected members for a moment', async () => {
    const [alice, bob] = [connectionOf('alice'), connectionOf('bob')]
    const shown = await rooms.join(alice.connection, room.roomId, undefined)
    await rooms.join(bob.connection, room.roomId, undefined)
    expect(shown.present.map(({ memberId }) => memberId)).toEqual(['alice', 'bob'])
    await remove()
    expect(shown.present.map(({ memberId }) => memberId)).toEqual(['alice'])
    const { inviteId } = await rooms.invite('alice', room.roomId, 1000)
    expect((await rooms.previewInvite(room.roomId, inviteId)).here).toEqual(['Alice'])
  })

  it('does not get in if the removal comes while they join', async () => {
    const { connection, inside } = connectionOf('bob')
    await rooms.requireMember('bob', room.roomId)
    const joining = rooms.join(connection, room.roomId, undefined)
    const removing = remove()
    await Promise.allSettled([joining, removing])
    expect(inside.size).toBe(0)
  })

  it('is not admitted again; a member who left is', async () => {
    await remove()
    const bob = { memberId: 'bob', name: 'Bob' }
    await expect(rooms.admit(room.roomId, bob)).rejects.toMatchObject({
      body: { code: 'removed' },
    })
    const carol = { memberId: 'carol', name: 'Carol' }
    const { inviteId } = await rooms.invite('alice', room.roomId, 1000)
    await rooms.admit(room.roomId, carol, inviteId)
    const leave = {
      type: 'remove',
      commandId: 'l',
      roomId: room.roomId,
      memberId: 'carol',
    } as const
    await rooms.perform('carol', leave)
    expect(await rooms.perform('carol', leave)).toEqual({ ok: true })
    expect(await rooms.admit(room.roomId, carol, inviteId)).toMatchObject({ role: 'member' })
  })
})

describe('a member who has fallen behind', () => {
  it('is shown as behind until they have caught up', async () => {
    const { connection } = connectionOf('bob')
    const place = new Place(connection, rooms)
    await place.take(room.roomId, undefined)
    place.readerIs(room.roomId, 'live')
    place.readerIs('elsewhere', 'away')
    const shown = await rooms.join(connectionOf('alice').connection, room.roomId, undefined)
    const look = () => shown.present.find(({ memberId }) => memberId === 'bob')?.look
    expect(look()).toBe('live')
    place.keepsUp(1024 * 1024)
    expect(look()).toBe('behind')
    place.keepsUp(0)
    expect(look()).toBe('live')
  })
})
