// Recovery: after the death of an owner nothing runs on without one, and what waits goes on.
import { describe, expect, test } from 'vitest'
import { digest } from '@roomcast/shared/digest'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom } from './test-room.ts'

function counter(): () => string {
  let count = 0
  return () => `recovered-${(count += 1)}`
}

export function describeRecovery(setup: Setup): void {
  describe('recovery', () => {
    const use = useLog(setup)

    test('[R5.1] what ran without an owner ends interrupted and keeps its text', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec🎉')
      const after = room.on(await use.reopen(context))
      const watcher = await after.watch()
      expect(await after.log.recover(counter())).toEqual([])
      const ended = { outcome: 'interrupted', end: 7, digest: digest('Bec🎉'), held: false }
      await watcher.seenSoFar()
      expect(watcher.entries[0]).toMatchObject({ type: 'generation-ended', ...ended })
      expect(await after.reply(owned.generationId)).toMatchObject({
        text: 'Bec🎉',
        ended: { outcome: 'interrupted' },
      })
      expect(await after.log.appendReply(owned, 7, 'late')).toMatchObject({
        ok: false,
        refused: 'ended',
      })
    })

    test('the head of the queue starts and is the caller’s to run', async (context) => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      const waiting = [await room.queued('bob', 'How?'), await room.queued('carol', 'Who?')]
      const after = room.on(await use.reopen(context))
      const started = await after.log.recover(counter())
      expect(started).toMatchObject([
        {
          roomId: 'room',
          generationId: 'recovered-1',
          number: 2,
          mode: 'answer',
          messageId: waiting[0],
          by: 'bob',
        },
      ])
      expect(await after.state()).toMatchObject({ running: 2, queue: [waiting[1]], held: false })
      for (const owned of started) await after.write(owned, 0, 'Here I am.')
    })

    test('a held queue stays held', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      await room.cancel('carol', owned.generationId)
      const before = await room.state()
      const after = room.on(await use.reopen(context))
      expect(await after.log.recover(counter())).toEqual([])
      expect(await after.state()).toEqual(before)
      expect(before).toMatchObject({ held: true, queue: [waiting] })
    })

    test('a queue that a shutdown left behind goes on', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      await room.end(owned, 'interrupted', { next: null })
      const after = room.on(await use.reopen(context))
      expect(await after.log.recover(counter())).toMatchObject([{ messageId: waiting, number: 2 }])
    })

    test('every room is recovered, each generation with an id of its own', async (context) => {
      const rooms = [
        await aRoom(use.log, 'one'),
        await aRoom(use.log, 'two'),
        await aRoom(use.log, 'idle'),
      ]
      for (const room of rooms.slice(0, 2)) {
        await room.asked('alice', 'Why?')
        await room.queued('bob', 'How?')
      }
      const idle = await rooms[2]?.state()
      const log = await use.reopen(context)
      const started = await log.recover(counter())
      expect(started.map(({ roomId }) => roomId).toSorted()).toEqual(['one', 'two'])
      expect(new Set(started.map(({ generationId }) => generationId)).size).toBe(2)
      expect(await rooms[2]?.on(log).state()).toEqual(idle)
    })

    test('a second recovery finds nothing more to interrupt', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const log = await use.reopen(context)
      await log.recover(counter())
      const reading = await log.read('room')
      expect(await log.recover(counter())).toEqual([])
      expect(await log.read('room')).toEqual(reading)
      expect(owned.number).toBe(1)
    })

    test('an empty log has nothing to recover', async () => {
      expect(await use.log.recover(counter())).toEqual([])
    })

    test('a new generation has a higher fence than the one before it could have', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const after = room.on(await use.reopen(context))
      await after.log.recover(counter())
      const next = await after.asked('bob', 'How?')
      const stale = { ...next, fence: owned.fence - 1 }
      expect(await after.log.appendReply(stale, 0, 'late')).toEqual({
        ok: false,
        refused: 'fenced',
      })
    })
  })
}
