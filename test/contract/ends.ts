// Ends: what an end writes, that its length and digest match the stored bytes, and what starts next.
import { describe, expect, test } from 'vitest'
import { OUTCOMES } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom } from '../doubles/room.ts'
import { isDelta } from '../doubles/watcher.ts'

export function describeEnds(setup: Setup): void {
  describe('ends', () => {
    const use = useLog(setup)

    test.each(OUTCOMES)(
      '%s is written with the length and digest of the reply',
      async (outcome) => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        await room.write(owned, 0, 'Bec🎉', 'ause')
        const result = await room.end(owned, outcome)
        const ended = {
          type: 'generation-ended',
          generationId: owned.generationId,
          number: 1,
          outcome,
          end: 11,
          digest: digest('Bec🎉ause'),
          held: false,
        }
        expect(result).toMatchObject({ ok: true, ended, entries: [ended], started: null })
        expect(await room.state()).toMatchObject({ running: null, held: false })
        expect(await room.reply(owned.generationId)).toMatchObject({
          text: 'Bec🎉ause',
          end: 11,
          ended: { outcome },
        })
      },
    )

    test('the digest is that of all bytes even if the owner sent some of them twice', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const pieces = ['Because ', 'of 🎉', ' you']
      await room.write(owned, 0, ...pieces.slice(0, 2))
      expect(await use.log.appendReply(owned, 0, 'Because of ')).toMatchObject({ ok: true })
      expect(await use.log.appendReply(owned, 8, 'of 🎉')).toMatchObject({ ok: true })
      await room.write(owned, 15, pieces[2] ?? '')
      const final = { at: 19, text: '!', mark: undefined }
      const result = await room.end(owned, 'completed', { final })
      const ended = { end: 20, digest: digest(`${pieces.join('')}!`) }
      expect(result).toMatchObject({ ok: true, ended })
    })

    test('a reply without text ends at 0 with the digest of nothing', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const result = await room.end(owned, 'failed')
      expect(result).toMatchObject({ ok: true, ended: { end: 0, digest: digest('') } })
    })

    test('an end stores every field it was given, and nothing else', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const told = {
        by: 'bob',
        reason: 'too long 🎉',
        stop: 'end_turn',
        error: { code: 'overloaded', message: 'Claude is busy.' },
        usage: { inputTokens: 12, outputTokens: 34, estimated: true },
        omitted: true,
      }
      await room.end(owned, 'failed', told)
      expect((await room.reply(owned.generationId)).ended).toEqual({
        outcome: 'failed',
        at: expect.any(Number) as number,
        ...told,
      })
      const bare = await room.asked('alice', 'How?')
      const result = await room.end(bare, 'completed')
      expect(result.ok && Object.keys(result.ended).toSorted()).toEqual(
        [
          'offset',
          'at',
          'type',
          'generationId',
          'number',
          'outcome',
          'end',
          'digest',
          'held',
        ].toSorted(),
      )
    })

    test('final bytes are appended in the same step, before the end', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const before = await room.state()
      const watcher = await room.watch()
      await room.write(owned, 0, { text: 'hm', mark: 'thinking' })
      const final = { at: 2, text: 'Because 🎉', mark: 'text' } as const
      const result = await room.end(owned, 'completed', { final })
      expect(result).toMatchObject({
        ok: true,
        ended: { end: 14, digest: digest('hmBecause 🎉') },
      })
      const seen = await watcher.seenSoFar()
      expect(seen.map((update) => (isDelta(update) ? 'delta' : update.type))).toEqual([
        'delta',
        'delta',
        'entries',
      ])
      expect(watcher.foldOver(before)).toEqual(await room.state())
      expect((await room.reply(owned.generationId)).marks).toEqual([
        { kind: 'thinking', from: 0 },
        { kind: 'text', from: 2 },
      ])
    })

    test('final bytes that are already stored are not appended again', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec', 'ause')
      const final = { at: 3, text: 'ause', mark: undefined }
      expect(await room.end(owned, 'completed', { final })).toMatchObject({
        ok: true,
        ended: { end: 7, digest: digest('Because') },
      })
      expect((await room.reply(owned.generationId)).text).toBe('Because')
    })

    test('[R2] an end proposed again with the same next id gets its first answer', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      const next = room.newId('next')
      const first = await room.end(owned, 'completed', { next })
      expect(first).toMatchObject({ ok: true, started: { generationId: next, number: 2 } })
      await room.changesNothing(() => room.end(owned, 'completed', { next }), first)
      const ended = first.ok ? first.ended : null
      const late = { ok: false, refused: 'ended', ended }
      await room.changesNothing(() => room.end(owned, 'completed'), late)
      if (first.ok && first.started) await room.write(first.started, 0, 'So')
      await room.changesNothing(() => room.end(owned, 'completed', { next }), late)
    })

    test('final bytes that do not fit make the end refused', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const elsewhere = { ok: false, refused: 'elsewhere', end: 3 }
      for (const at of [1, 4]) {
        const final = { at, text: 'XX', mark: undefined }
        await room.changesNothing(() => room.end(owned, 'completed', { final }), elsewhere)
      }
      expect(await room.state()).toMatchObject({ running: 1 })
    })

    test('[R2.1] a second end learns of the first and changes nothing', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      const first = await room.cancel('carol', owned.generationId, 'enough')
      const refused = { ok: false, refused: 'ended', ended: first.ok ? first.ended : null }
      const final = { at: 0, text: 'late', mark: undefined }
      await room.changesNothing(() => room.end(owned, 'completed', { final }), refused)
      await room.changesNothing(() => room.cancel('bob', owned.generationId), refused)
      expect((await room.reply(owned.generationId)).ended).toMatchObject({
        outcome: 'cancelled',
        by: 'carol',
        reason: 'enough',
      })
    })

    test('a late proposal learns the end of its generation even after later generations', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const first = await room.end(owned, 'completed')
      const later = await room.asked('bob', 'How?')
      const refused = { ok: false, refused: 'ended', ended: first.ok ? first.ended : null }
      await room.changesNothing(() => room.cancel('carol', owned.generationId), refused)
      await room.changesNothing(() => use.log.appendReply(owned, 0, 'late'), refused)
      expect((await room.state()).running).toBe(later.number)
    })

    test('an unknown generation cannot end', async () => {
      const room = await aRoom(use.log)
      await room.asked('alice', 'Why?')
      await room.refuses('generation-not-found', () => room.cancel('bob', 'never-started'))
    })

    test.each(['completed', 'failed', 'interrupted'] as const)(
      '[R2.4] %s starts the head of the queue in the same step',
      async (outcome) => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const waiting = [await room.queued('bob', 'How?'), await room.queued('carol', 'Who?')]
        const result = await room.end(owned, outcome, { next: 'the-next' })
        const started = { generationId: 'the-next', number: 2, messageId: waiting[0], by: 'bob' }
        expect(result).toMatchObject({
          ok: true,
          ended: { held: false },
          entries: [
            { type: 'generation-ended' },
            { type: 'generation-started', mode: 'answer', ...started },
          ],
          started: { mode: 'answer', of: undefined, ...started },
        })
        expect(await room.state()).toMatchObject({ running: 2, queue: [waiting[1]], held: false })
        await room.write({ ...owned, ...(result.ok ? result.started : null) }, 0, 'It runs.')
      },
    )

    test('[R2.4] a stop holds the queue if anything waits', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      expect(await room.cancel('carol', owned.generationId)).toMatchObject({
        ok: true,
        ended: { held: true, by: 'carol' },
        entries: [{ type: 'generation-ended' }],
        started: null,
      })
      expect(await room.state()).toMatchObject({ held: true, queue: [waiting], running: null })
    })

    test('after a stop with nothing waiting the next question starts', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.cancel('carol', owned.generationId)
      expect(await room.asked('bob', 'How?')).toMatchObject({ number: 2 })
    })

    test('an end without a next id leaves the queue as it is', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      expect(await room.end(owned, 'interrupted', { next: null })).toMatchObject({
        ok: true,
        ended: { held: false },
        entries: [{ type: 'generation-ended' }],
        started: null,
      })
      expect(await room.state()).toMatchObject({ held: false, queue: [waiting], running: null })
      expect(await room.queued('carol', 'Who?')).toBeTypeOf('string')
    })
  })
}
