// The queue: which questions wait, in which order they start, who may withdraw one, and what goes ahead of it.
import { describe, expect, test } from 'vitest'
import { LIMITS } from '@roomcast/shared/protocol'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, refusalOf, startedBy, type TestRoom } from '../doubles/room.ts'

/** A room where a stop has put `questions` on hold. */
async function heldRoom(room: TestRoom, ...questions: readonly string[]) {
  const stopped = await room.asked('alice', 'Why?')
  const waiting: string[] = []
  for (const question of questions) waiting.push(await room.queued('bob', question))
  await room.cancel('carol', stopped.generationId)
  return { stopped, waiting }
}

export function describeQueue(setup: Setup): void {
  describe('queue', () => {
    const use = useLog(setup)

    test('[R2.3] questions wait while a generation runs, in the order in which they came', async () => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      const waiting = [
        await room.queued('bob', 'How?'),
        await room.queued('carol', 'Who?'),
        await room.queued('bob', 'When?'),
      ]
      expect(await room.state()).toMatchObject({ queue: waiting, held: false, running: 1 })
    })

    test('a message without a question does not wait', async () => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      const { entries } = await room.say('bob', 'Good question')
      expect(entries.map((entry) => entry.type)).toEqual(['message-posted'])
      expect((await room.state()).queue).toEqual([])
    })

    test('one member cannot have more than their share of the queue', async () => {
      const room = await aRoom(use.log)
      const started = await room.asked('bob', 'Why?')
      for (let count = 0; count < LIMITS.queueLengthPerMember; count++)
        await room.queued('bob', `question ${count}`)
      const tooMany = room.newPost('bob', 'one too many', true)
      await room.refuses('queue-full', () => use.log.post('room', tooMany))
      await room.queued('carol', 'still welcome')
      await room.say('bob', 'a mere message')
      await room.end(started, 'completed')
      const { entries } = await use.log.post('room', tooMany)
      expect(entries.map((entry) => entry.type)).toEqual(['message-posted', 'question-queued'])
    })

    test('[R7.1] a room cannot have more questions waiting than its limit', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      for (let count = 0; count < LIMITS.queueLength; count++)
        await room.queued(`member-${Math.floor(count / LIMITS.queueLengthPerMember)}`, 'question')
      await room.refuses('queue-full', () => room.ask('alice', 'one too many'))
      expect((await room.state()).queue).toHaveLength(LIMITS.queueLength)
      await room.end(running, 'completed')
      await room.queued('alice', 'now there is room')
    })

    test('concurrent questions do not get past the limit', async () => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      const codes = await Promise.all(
        Array.from({ length: 12 }, (_, index) => refusalOf(room.ask('bob', `question ${index}`))),
      )
      expect(codes.filter((code) => code === 'not refused')).toHaveLength(5)
      expect((await room.state()).queue).toHaveLength(LIMITS.queueLengthPerMember)
    })

    test('of concurrent questions in an idle room one starts and the others wait', async () => {
      const room = await aRoom(use.log)
      const written = await Promise.all(['alice', 'bob', 'carol'].map((by) => room.ask(by, 'Why?')))
      expect(written.filter(({ started }) => started !== null)).toHaveLength(1)
      expect(await room.state()).toMatchObject({
        running: 1,
        queue: [{}, {}].map(() => expect.any(String)),
      })
    })

    test('the author of a waiting question may withdraw it', async () => {
      const room = await aRoom(use.log)
      const started = await room.asked('alice', 'Why?')
      const [first, second] = [await room.queued('bob', 'How?'), await room.queued('carol', 'Who?')]
      const written = await room.withdraw('bob', first)
      expect(written).toMatchObject({
        entries: [{ type: 'question-withdrawn', messageId: first, by: 'bob' }],
        started: null,
      })
      const state = await room.state()
      expect(state.queue).toEqual([second])
      expect(state.messages).toContainEqual(
        expect.objectContaining({ messageId: first, withdrawn: true }),
      )
      expect((await room.end(started, 'completed')).ok).toBe(true)
      const running = (await room.state()).messages.at(-1)
      expect(running).toMatchObject({ kind: 'reply', messageId: second, ended: null })
    })

    test('nobody else may withdraw a question', async () => {
      const room = await aRoom(use.log)
      const started = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      await room.refuses('not-yours', () => room.withdraw('carol', waiting))
      const ended = await room.end(started, 'completed')
      expect(ended).toMatchObject({ ok: true, started: { messageId: waiting } })
    })

    test('a question that is not waiting cannot be withdrawn', async () => {
      const room = await aRoom(use.log)
      const started = await room.asked('bob', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      const { entries } = await room.say('bob', 'Hello')
      const said = entries[0]?.type === 'message-posted' ? entries[0].messageId : ''
      await room.withdraw('bob', waiting)
      await room.refuses('not-queued', () => room.withdraw('bob', waiting))
      await room.refuses('not-queued', () => room.withdraw('bob', started.messageId))
      await room.refuses('not-queued', () => room.withdraw('bob', said))
      await room.refuses('message-not-found', () => room.withdraw('bob', 'never-said'))
    })

    test('of two concurrent withdrawals of a waiting question one succeeds', async () => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      const calls = [room.withdraw('bob', waiting), room.withdraw('bob', waiting)]
      expect((await Promise.all(calls.map(refusalOf))).toSorted()).toEqual([
        'not refused',
        'not-queued',
      ])
    })

    test('[R2.4] resuming a held queue starts its head', async () => {
      const room = await aRoom(use.log)
      const { waiting } = await heldRoom(room, 'How?', 'Who?')
      const written = await room.resume('carol')
      expect(written.entries).toMatchObject([
        { type: 'queue-resumed', by: 'carol' },
        { type: 'generation-started', mode: 'answer', messageId: waiting[0], by: 'bob', number: 2 },
      ])
      expect(startedBy(written)).toMatchObject({ messageId: waiting[0], number: 2, by: 'bob' })
      expect(await room.state()).toMatchObject({ held: false, queue: [waiting[1]], running: 2 })
    })

    test('a queue that is not held cannot be resumed', async () => {
      const room = await aRoom(use.log)
      await room.refuses('queue-not-held', () => room.resume('alice'))
      await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      await room.refuses('queue-not-held', () => room.resume('alice'))
    })

    test('of two concurrent resumptions one is refused', async () => {
      const room = await aRoom(use.log)
      await heldRoom(room, 'How?', 'Who?')
      const calls = [room.resume('bob'), room.resume('carol')]
      expect((await Promise.all(calls.map(refusalOf))).toSorted()).toEqual([
        'not refused',
        'queue-not-held',
      ])
      expect((await room.state()).queue).toHaveLength(1)
    })

    test('a hold ends when the last waiting question is withdrawn', async () => {
      const room = await aRoom(use.log)
      const { waiting } = await heldRoom(room, 'How?', 'Who?')
      await room.withdraw('bob', waiting[0] ?? '')
      expect((await room.state()).held).toBe(true)
      await room.withdraw('bob', waiting[1] ?? '')
      expect(await room.state()).toMatchObject({ held: false, queue: [] })
      await room.refuses('queue-not-held', () => room.resume('alice'))
      expect(await room.asked('carol', 'When?')).toMatchObject({ number: 2 })
    })

    test('questions asked while the queue is held wait behind the others', async () => {
      const room = await aRoom(use.log)
      const { waiting } = await heldRoom(room, 'How?')
      const later = await room.queued('carol', 'Who?')
      expect(await room.state()).toMatchObject({
        held: true,
        running: null,
        queue: [...waiting, later],
      })
    })

    test.each(['retry', 'continue'] as const)('a %s goes ahead of the queue', async (mode) => {
      const room = await aRoom(use.log)
      const { stopped, waiting } = await heldRoom(room, 'How?')
      const written = await room.again('carol', stopped.generationId, mode)
      expect(written.entries).toMatchObject([
        {
          type: 'generation-started',
          mode,
          of: stopped.generationId,
          messageId: stopped.messageId,
          by: 'carol',
          model: 'claude',
          number: 2,
        },
      ])
      expect(startedBy(written)).toMatchObject({ mode, of: stopped.generationId, number: 2 })
      expect(await room.state()).toMatchObject({ held: true, queue: waiting, running: 2 })
    })

    test('a hold outlives a retry that completes', async () => {
      const room = await aRoom(use.log)
      const { stopped, waiting } = await heldRoom(room, 'How?')
      const retried = startedBy(await room.again('carol', stopped.generationId))
      const ended = await room.end(retried, 'completed')
      expect(ended).toMatchObject({ ok: true, started: null, ended: { held: true } })
      expect(await room.state()).toMatchObject({ held: true, queue: waiting, running: null })
    })

    test('a queue that is resumed while a retry runs goes on when the retry ends', async () => {
      const room = await aRoom(use.log)
      const { stopped, waiting } = await heldRoom(room, 'How?')
      const retried = startedBy(await room.again('carol', stopped.generationId))
      const resumed = await room.resume('bob')
      expect(resumed.entries.map((entry) => entry.type)).toEqual(['queue-resumed'])
      expect(resumed.started).toBeNull()
      expect(await room.end(retried, 'completed')).toMatchObject({
        ok: true,
        started: { messageId: waiting[0] },
      })
    })

    test('a retry or continue is refused while a generation runs', async () => {
      const room = await aRoom(use.log)
      const first = await room.asked('alice', 'Why?')
      await room.end(first, 'completed')
      await room.asked('bob', 'How?')
      for (const mode of ['retry', 'continue'] as const)
        await room.refuses('generation-running', () => room.again('bob', first.generationId, mode))
    })

    test('only a generation of this room can be retried', async () => {
      const room = await aRoom(use.log)
      await room.refuses('generation-not-found', () => room.again('bob', 'never-started'))
    })

    test('a retry of a retry answers the same question', async () => {
      const room = await aRoom(use.log)
      const first = await room.asked('alice', 'Why?')
      await room.end(first, 'failed')
      const second = startedBy(await room.again('bob', first.generationId))
      await room.end(second, 'failed')
      const third = startedBy(await room.again('carol', second.generationId))
      expect(third).toMatchObject({
        messageId: first.messageId,
        of: second.generationId,
        number: 3,
      })
    })
  })
}
