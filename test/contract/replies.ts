// Reply text: positions, repetition, refusals, and that every byte is stored unchanged.
import { describe, expect, test } from 'vitest'
import { byteLength, partsOf } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, stateOf, type TestRoom } from '../doubles/room.ts'
import { foldAll, isDelta } from '../doubles/watcher.ts'

const SCRIPTS = [
  '🎉',
  '👩‍👩‍👧‍👦',
  '日本語',
  'שלום',
  'مرحبا',
  'e\u0301',
  'ß',
  '𝄞',
  '\ufeff',
  'a\u0000b',
  '\r\n',
  '\u2028',
]

export function describeReplies(setup: Setup): void {
  describe('replies', () => {
    const use = useLog(setup)

    test('text is appended at byte positions', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const end = await room.write(owned, 0, ...SCRIPTS)
      const reply = await room.reply(owned.generationId)
      expect(reply).toMatchObject({ text: SCRIPTS.join(''), end, ended: null })
      expect(end).toBe(byteLength(SCRIPTS.join('')))
    })

    test('followers get each append as one delta at its position', async () => {
      const room = await aRoom(use.log)
      const watcher = await room.watch()
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, { text: 'Hé', mark: 'text' }, '🎉', 'llo')
      await watcher.seenSoFar()
      expect(watcher.deltas).toEqual([
        [1, 0, 'Hé', 'text'],
        [1, 3, '🎉'],
        [1, 7, 'llo'],
      ])
    })

    test('the same bytes at the same position are accepted again and stored once', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Because ', 'of 🎉')
      expect(await use.log.appendReply(owned, 8, 'of 🎉')).toEqual({ ok: true, end: 15 })
      expect(await use.log.appendReply(owned, 0, 'Because ')).toMatchObject({ ok: true })
      expect(await use.log.appendReply(owned, 2, 'cause of')).toMatchObject({ ok: true })
      expect((await room.reply(owned.generationId)).text).toBe('Because of 🎉')
    })

    test('concurrent repetitions of an append store it once', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const results = await Promise.all(
        Array.from({ length: 5 }, () => use.log.appendReply(owned, 0, 'once')),
      )
      expect(results).toEqual(results.map(() => ({ ok: true, end: 4 })))
      expect((await room.reply(owned.generationId)).text).toBe('once')
    })

    test('text beyond the end is refused with the end', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const elsewhere = { ok: false, refused: 'elsewhere', end: 3 }
      await room.changesNothing(() => use.log.appendReply(owned, 8, 'of'), elsewhere)
      await room.changesNothing(() => use.log.appendReply(owned, 4, '', 'thinking'), elsewhere)
    })

    test('bytes other than those stored are refused with the end', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Because')
      const elsewhere = { ok: false, refused: 'elsewhere', end: 7 }
      await room.changesNothing(() => use.log.appendReply(owned, 2, 'XX'), elsewhere)
      await room.changesNothing(() => use.log.appendReply(owned, 0, 'Because of'), elsewhere)
    })

    test('a late owner with an older fence is refused', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const late = { ...owned, fence: owned.fence - 1 }
      const fenced = { ok: false, refused: 'fenced' }
      await room.changesNothing(() => use.log.appendReply(late, 0, 'late'), fenced)
      await room.changesNothing(() => room.end(late, 'completed'), fenced)
      expect(await use.log.renew(late)).toBe(false)
      expect(await use.log.renew(owned)).toBe(true)
    })

    test('[R2.2] an ended reply takes no more text, and the refusal says how it ended', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const result = await room.cancel('bob', owned.generationId)
      const ended = result.ok ? result.ended : null
      const refused = { ok: false, refused: 'ended', ended }
      await room.changesNothing(() => use.log.appendReply(owned, 3, 'ause'), refused)
      await room.changesNothing(() => use.log.appendReply(owned, 3, '', 'thinking'), refused)
      expect(await use.log.renew(owned)).toBe(false)
    })

    test('an empty text without a mark changes nothing', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const before = await room.state()
      expect(await use.log.appendReply(owned, 3, '')).toEqual({ ok: true, end: 3 })
      expect(await room.state()).toEqual(before)
    })

    test('a line of 1 MiB is stored whole', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const line = '日本語x'.repeat(104_857)
      await room.write(owned, 0, line, '!')
      await room.end(owned, 'completed')
      expect((await room.reply(owned.generationId)).text).toBe(`${line}!`)
    })

    test('many small appends read as one text', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const pieces = Array.from(
        { length: 500 },
        (_, index) => SCRIPTS[index % SCRIPTS.length] ?? '',
      )
      await room.write(owned, 0, ...pieces)
      expect((await room.reply(owned.generationId)).text).toBe(pieces.join(''))
      await room.end(owned, 'completed')
      expect((await room.reply(owned.generationId)).text).toBe(pieces.join(''))
    })

    describeMarks()

    function describeMarks(): void {
      /** The state of a follower that folds every update, and the state that a reader gets. */
      async function bothViews(room: TestRoom, act: () => Promise<void>) {
        const watcher = await room.watch()
        const before = await room.state()
        await act()
        await watcher.seenSoFar()
        const read = await room.state()
        expect(watcher.foldOver(before)).toEqual(read)
        return read.messages.flatMap((message) =>
          message.kind === 'reply' ? [{ marks: message.marks, parts: partsOf(message) }] : [],
        )[0]
      }

      test('marks separate thinking from text, for readers and followers alike', async () => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const reply = await bothViews(room, async () => {
          const thinking = { text: '🤔 hm', mark: 'thinking' } as const
          await room.write(owned, 0, thinking, ' well', { text: 'Because', mark: 'text' }, '.')
        })
        expect(reply).toEqual({
          marks: [
            { kind: 'thinking', from: 0 },
            { kind: 'text', from: 12 },
          ],
          parts: [
            { kind: 'thinking', text: '🤔 hm well' },
            { kind: 'text', text: 'Because.' },
          ],
        })
      })

      test('thinking without bytes is a mark, until text begins at its position', async () => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const silent = await bothViews(room, async () => {
          await room.write(owned, 0, { text: '', mark: 'thinking' })
        })
        expect(silent).toEqual({ marks: [{ kind: 'thinking', from: 0 }], parts: [] })
        const spoken = await bothViews(room, async () => {
          await room.write(owned, 0, { text: 'Because', mark: 'text' })
        })
        expect(spoken?.marks).toEqual([{ kind: 'text', from: 0 }])
      })

      test('a repeated mark is stored once', async () => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const reply = await bothViews(room, async () => {
          for (let count = 0; count < 3; count++)
            await room.write(owned, 0, { text: '', mark: 'thinking' })
          await use.log.appendReply(owned, 0, 'hm', 'thinking')
          await use.log.appendReply(owned, 0, 'hm', 'thinking')
          await room.write(owned, 2, { text: ' well', mark: 'thinking' })
        })
        expect(reply?.marks).toEqual([{ kind: 'thinking', from: 0 }])
      })

      test('[R1.9] a follower who missed a mark without bytes learns it with the bytes', async () => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const watcher = await room.watch()
        const before = await room.state()
        await room.write(owned, 0, { text: 'Let me see.', mark: 'text' })
        await room.write(owned, 11, { text: '', mark: 'thinking' }, 'hm')
        await watcher.seenSoFar()
        const missed = watcher.updates.filter((update) => !isDelta(update) || update[2] !== '')
        expect(missed).toHaveLength(watcher.updates.length - 1)
        expect(foldAll(before, missed)).toEqual(await room.state())
      })

      test('marks beyond the last byte are dropped at the end', async () => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        const reply = await bothViews(room, async () => {
          await room.write(owned, 0, { text: 'Hm', mark: 'text' }, { text: '', mark: 'thinking' })
          await room.cancel('bob', owned.generationId)
        })
        expect(reply?.marks).toEqual([{ kind: 'text', from: 0 }])
      })

      test('marks and text outlive the process', async (context) => {
        const room = await aRoom(use.log)
        const owned = await room.asked('alice', 'Why?')
        await room.write(owned, 0, { text: '🤔', mark: 'thinking' }, { text: 'So', mark: 'text' })
        const before = await use.log.read('room')
        const after = await use.reopen(context)
        expect(stateOf(await after.read('room'))).toEqual(stateOf(before))
      })
    }
  })
}
