import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestRoom } from '@roomcast/test/doubles/room.ts'
import { openTestRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Rooms } from './rooms.ts'

let opened: Awaited<ReturnType<typeof openTestRooms>>
let room: TestRoom
let rooms: Rooms
beforeEach(async () => ({ room, rooms } = opened = await openTestRooms()))
afterEach(() => opened.close())

async function nameOf(memberId: string): Promise<string | undefined> {
  const { members } = await rooms.transcript(memberId, room.roomId)
  return members.find((member) => member.memberId === memberId)?.name
}

describe('[R6.4] an admitted member', () => {
  it('cannot be taken for another member, even if both join at once', async () => {
    const twins = ['one', 'two', 'three'].map((memberId) =>
      rooms.admit(room.roomId, { memberId, name: 'Zoe' }),
    )
    await Promise.all(twins)
    const names = await Promise.all(['one', 'two', 'three'].map(nameOf))
    expect(names).toEqual(['Zoe', 'Zoe (2)', 'Zoe (3)'])
  })

  it('keeps the name on joining again, and nothing is written', async () => {
    await rooms.admit(room.roomId, { memberId: 'one', name: 'Zoe' })
    await rooms.admit(room.roomId, { memberId: 'two', name: 'zoe' })
    await rooms.admit(room.roomId, { memberId: 'one', name: 'Yan' })
    const { entries } = await room.log.read(room.roomId)
    await rooms.admit(room.roomId, { memberId: 'two', name: 'zoe' })
    expect(await nameOf('two')).toBe('zoe (2)')
    expect((await room.log.read(room.roomId)).entries).toEqual(entries)
  })
})
