// Deletion and closing: nothing remains of a deleted room, and a log can be closed twice.
import { describe, expect, test } from 'vitest'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, refusalOf, TestRoom } from '../doubles/room.ts'
import { isDelta } from '../doubles/watcher.ts'

export function describeDeletion(setup: Setup): void {
  describe('deletion', () => {
    const use = useLog(setup)

    test('a deleted room is gone for readers, writers and lists', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      await use.log.deleteRoom('room')
      expect(await use.log.roomsOf('alice')).toEqual([])
      const calls: readonly Promise<unknown>[] = [
        use.log.read('room'),
        use.log.page('room', 100, 10),
        room.say('bob', 'Hello'),
        room.end(owned, 'completed'),
        use.log.appendReply(owned, 3, 'ause'),
        use.log.follow('room', () => undefined),
        use.log.deleteRoom('room'),
      ]
      const codes = await Promise.all(calls.map(refusalOf))
      expect(codes).toEqual(calls.map(() => 'room-not-found'))
    })

    test('followers are told of the deletion and of nothing after it', async () => {
      const room = await aRoom(use.log)
      const [one, other] = [await room.watch(), await room.watch()]
      await room.say('bob', 'Hello')
      await use.log.deleteRoom('room')
      for (const watcher of [one, other]) {
        await watcher.sees((update) => !isDelta(update) && update.type === 'deleted')
        expect(watcher.updates.at(-1)).toEqual({ type: 'deleted' })
      }
      await use.log.createRoom(new TestRoom(use.log).newRoom())
      const newcomer = await room.watch()
      await newcomer.seenSoFar()
      expect(one.updates.at(-1)).toEqual({ type: 'deleted' })
    })

    test('followers are told of the deletion even if one of them deletes the room', async () => {
      const room = await aRoom(use.log)
      await use.log.follow('room', (update) => {
        if (!isDelta(update) && update.type === 'entries') void use.log.deleteRoom('room')
      })
      const watcher = await room.watch()
      await room.say('bob', 'Hello')
      await watcher.sees((update) => !isDelta(update) && update.type === 'deleted')
      expect(watcher.updates.map((update) => !isDelta(update) && update.type)).toEqual([
        'entries',
        'deleted',
      ])
    })

    test('a room created again under the same id is new, and the old commands are forgotten', async () => {
      const first = await aRoom(use.log)
      const post = first.newPost('bob', 'Hello', false)
      await use.log.post('room', post)
      const { epoch } = await first.state()
      await use.log.checkpoint(await first.state())
      await use.log.deleteRoom('room')
      const again = await aRoom(use.log)
      expect(await again.state()).toMatchObject({ offset: 4, messages: [] })
      expect((await again.state()).epoch).not.toBe(epoch)
      const { entries } = await use.log.post('room', post)
      expect(entries).toMatchObject([{ offset: 5, type: 'message-posted', text: 'Hello' }])
      expect(await again.asked('alice', 'Why?')).toMatchObject({ number: 1 })
      expect((await use.log.page('room', Number.MAX_SAFE_INTEGER, 10)).entries).toHaveLength(3)
    })

    test('other rooms stay as they are', async () => {
      const [room, other] = [await aRoom(use.log), await aRoom(use.log, 'room-2')]
      await other.write(await other.asked('alice', 'Why?'), 0, 'Because')
      const before = await use.log.read('room-2')
      await room.log.deleteRoom('room')
      expect(await use.log.read('room-2')).toEqual(before)
      expect(await use.log.roomsOf('alice')).toMatchObject([{ roomId: 'room-2' }])
    })

    test('a deleted room does not come back', async (context) => {
      await aRoom(use.log)
      await use.log.deleteRoom('room')
      const log = await use.reopen(context)
      expect(await refusalOf(log.read('room'))).toBe('room-not-found')
      expect(await log.roomsOf('alice')).toEqual([])
      expect(await log.recover(() => 'none')).toEqual([])
    })

    test('closing twice is the same as closing once', async () => {
      await aRoom(use.log)
      await use.log.close()
      await expect(use.log.close()).resolves.toBeUndefined()
    })
  })
}
