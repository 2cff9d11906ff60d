import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TestRoom } from '@roomcast/test/doubles/room.ts'
import { openTestRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Rooms } from './rooms.ts'

let opened: Awaited<ReturnType<typeof openTestRooms>>
let room: TestRoom
let rooms: Rooms
beforeEach(async () => ({ room, rooms } = opened = await openTestRooms()))
afterEach(() => opened.close())

/** The messages of an export until it ends, and the code of the error that broke it off. */
async function taken(messages: AsyncIterable<{ readonly text: string }>) {
  const texts: string[] = []
  try {
    for await (const { text } of messages) texts.push(text)
    return { texts, code: null }
  } catch (error) {
    return { texts, code: (error as { body?: { code: string } }).body?.code }
  }
}

it('an export ends at the message that was newest when it began', async () => {
  await room.say('alice', 'Before')
  const { messages } = await rooms.transcript('bob', room.roomId)
  await room.say('alice', 'After')
  expect(await taken(messages)).toEqual({ texts: ['Before'], code: null })
})

it('[R6.7] an export stops for a member who is removed while it runs', async () => {
  await room.say('alice', 'Before')
  const { messages } = await rooms.transcript('bob', room.roomId)
  const removal = { type: 'remove', commandId: 'r', by: 'alice', memberId: 'bob' } as const
  await room.log.amend(room.roomId, removal)
  await room.say('alice', 'Among us')
  expect(await taken(messages)).toEqual({ texts: [], code: 'removed' })
})
