// Recovery: after the death of an owner its generations end, and waiting questions go on.
import { describe, expect, test } from 'vitest'
import { digest } from '@roomcast/shared/digest'
import { type Setup, useLog } from './log-under-test.ts'
import type { Started } from '@roomcast/server/judge/room-log.ts'
import { aRoom } from '../doubles/room.ts'

function counter(): () => string {
  let count = 0
  return () => `recovered-${(count += 1)}`
}

export function describeRecovery(setup: Setup): void {
  describe('recovery', () => {
    const use = useLog(setup)

    test('[R5.1] a generation without an owner ends as interrupted and keeps its text', async (context) => {
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

    test('the head of the queue starts, and the caller runs it', async (context) => {
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

    test('[R7.3] a question whose node has no slot waits although nothing runs, and starts when chosen', async () => {
      const room = await aRoom(use.log)
      const post = { ...room.newPost('bob', 'Why?', true), waits: true }
      const { entries, started } = await room.log.post('room', post)
      expect(entries.map(({ type }) => type)).toEqual(['message-posted', 'question-queued'])
      expect(started).toBeNull()
      const { messageId } = post
      expect(await room.state()).toMatchObject({ running: null, queue: [messageId], held: false })
      const seen: unknown[] = []
      const recover = (chosen: number) =>
        room.log.recover(counter(), (waiting) => {
          seen.push(...waiting)
          return waiting.slice(0, chosen)
        })
      await expect.poll(() => recover(0).then(() => seen.length)).toBeGreaterThan(0)
      expect(seen[0]).toEqual({ roomId: 'room', by: 'bob', since: entries[0]?.at })
      expect(await room.state()).toMatchObject({ running: null, queue: [messageId] })
      let begun: readonly Started[] = []
      await expect.poll(async () => (begun = await recover(1)).length).toBe(1)
      expect(begun).toMatchObject([{ roomId: 'room', messageId, by: 'bob', number: 1 }])
      expect(await room.state()).toMatchObject({ running: 1, queue: [] })
    })

    test('[R7.3] a queue resumed on a node without a slot waits to be chosen', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      await room.cancel('alice', running.generationId)
      const resumption = { commandId: room.newId('c'), by: 'carol', generationId: null }
      const { entries, started } = await room.log.resume('room', resumption)
      expect(entries.map(({ type }) => type)).toEqual(['queue-resumed'])
      expect(started).toBeNull()
      expect(await room.state()).toMatchObject({ running: null, queue: [waiting], held: false })
      await expect
        .poll(async () => (await room.log.recover(counter())).map(({ messageId }) => messageId))
        .toEqual([waiting])
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

    test('a new generation has a higher fence than the one before it', async (context) => {
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
