// Amendments: changes to messages and settings. Who may make them, and what a page and a snapshot show afterwards.
import { describe, expect, test } from 'vitest'
import type { Message } from '@roomcast/shared/protocol'
import { messagesOf } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, type TestRoom } from '../doubles/room.ts'

/** The messages as a page gives them, which must be as a snapshot gives them. */
async function shown(room: TestRoom): Promise<readonly Message[]> {
  const { entries, runs } = await room.log.page(room.roomId, Number.MAX_SAFE_INTEGER, 100)
  const messages = messagesOf(entries, runs)
  expect(messages).toEqual((await room.state()).messages)
  return messages
}

export function describeAmendments(setup: Setup): void {
  describe('amendments', () => {
    const use = useLog(setup)

    test('an author may edit a message any number of times', async () => {
      const room = await aRoom(use.log)
      const messageId = await room.said('bob', 'Helo')
      const watcher = await room.watch()
      await room.edit('bob', messageId, 'Hello')
      const edit = { type: 'edit', messageId, text: 'Hello, Carol', mentions: ['carol'] } as const
      const { entries } = await room.amend('bob', edit)
      expect(entries).toMatchObject([{ ...edit, type: 'message-edited', by: 'bob' }])
      expect(await shown(room)).toMatchObject([
        { text: 'Hello, Carol', mentions: ['carol'], editedAt: entries[0]?.at },
      ])
      expect((await watcher.seenSoFar()).length).toBeGreaterThan(0)
      watcher.stop()
    })

    test('[R6.5] nobody else may edit a message, not even the owner of the room', async () => {
      const room = await aRoom(use.log)
      const messageId = await room.said('bob', 'Hello')
      await room.refuses('not-yours', () => room.edit('carol', messageId, 'Bye'))
      await room.refuses('not-yours', () => room.edit('alice', messageId, 'Bye'))
      await room.refuses('message-not-found', () => room.edit('bob', 'nothing', 'Bye'))
    })

    test('[R6.6] a retracted message is read and paged without its text, even after an edit', async () => {
      const room = await aRoom(use.log)
      const [one, two] = [await room.said('bob', 'one'), await room.said('bob', 'two')]
      await room.edit('bob', one, 'one more')
      await room.retract('bob', one)
      await room.retract('alice', two)
      expect(await shown(room)).toMatchObject([
        { text: '', retractedBy: 'bob' },
        { text: '', retractedBy: 'alice' },
      ])
      await room.refuses('message-not-found', () => room.edit('bob', one, 'one'))
      await room.refuses('not-yours', () => room.retract('carol', two))
      await room.refuses('message-not-found', () => room.retract('bob', 'nothing'))
      await room.changesNothing(() => room.retract('alice', one), { entries: [], started: null })
    })

    test('a checkpoint made before a retraction does not bring the text back', async () => {
      const room = await aRoom(use.log)
      const messageId = await room.said('bob', 'A secret')
      await use.log.checkpoint(await room.state())
      await room.retract('bob', messageId)
      expect(await shown(room)).toMatchObject([{ text: '', retractedBy: 'bob' }])
    })

    test('a retracted question leaves the queue and cannot be asked again', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      await room.cancel('carol', running.generationId)
      await room.retract('bob', waiting)
      expect(await room.state()).toMatchObject({ queue: [], held: false })
      await room.retract('alice', running.messageId)
      const again = () => room.again('carol', running.generationId)
      await room.refuses('message-not-found', again)
      expect((await room.asked('carol', 'Who?')).number).toBe(2)
    })

    test('a queued question is asked with its edited text', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'Hw?')
      await room.edit('bob', waiting, 'How?')
      const ended = await room.end(running, 'completed')
      expect(ended).toMatchObject({ started: { messageId: waiting } })
      const { entries } = await room.log.page('room', running.offset, 10)
      expect(entries.some((entry) => 'text' in entry && entry.text === 'How?')).toBe(false)
      expect((await shown(room)).map(({ text }) => text)).toContain('How?')
    })

    test('the owner changes only the settings named, and later generations use them', async () => {
      const room = await aRoom(use.log)
      const first = await room.asked('bob', 'Why?')
      await room.amend('alice', { type: 'configure', model: 'other' })
      await room.amend('alice', { type: 'configure', title: 'New "title"', instructions: '' })
      const state = await room.state()
      expect(state).toMatchObject({ title: 'New "title"', model: 'other', instructions: '' })
      expect((await room.log.roomsOf('bob'))[0]).toMatchObject({
        title: 'New "title"',
        offset: state.offset,
      })
      await room.end(first, 'completed')
      expect((await room.asked('bob', 'How?')).model).toBe('other')
      expect(first.model).toBe('claude')
    })

    test('[R6.5] nobody else may change the settings', async () => {
      const room = await aRoom(use.log)
      for (const by of ['bob', 'nobody'])
        await room.refuses('owner-only', () => room.amend(by, { type: 'configure', title: 'Mine' }))
    })

    test('a question keeps its own model when it starts at once, from the queue or as a retry', async () => {
      const room = await aRoom(use.log)
      const ask = (text: string) =>
        use.log.post('room', { ...room.newPost('bob', text, true), model: 'dear' })
      const { started } = await ask('Why?')
      expect(started).toMatchObject({ model: 'dear' })
      await ask('How?')
      const generationId = started?.generationId ?? ''
      const fence = started?.fence ?? 0
      const end = { generationId, fence, outcome: 'failed', next: 'next' } as const
      expect(await use.log.end('room', end)).toMatchObject({ started: { model: 'dear' } })
      await room.cancel('alice', 'next')
      expect((await room.again('alice', generationId)).started?.model).toBe('dear')
      expect((await shown(room))[0]).toMatchObject({ text: 'Why?', model: 'dear' })
    })

    test('[R6.4] the log names the author of a quoted message and drops a quote of a missing or retracted one', async () => {
      const room = await aRoom(use.log)
      const [said, gone] = [await room.said('bob', 'So it is'), await room.said('bob', 'Oh')]
      const { generationId, messageId } = await room.asked('alice', 'Why?')
      await room.retract('bob', gone)
      const quoting = async (of: string) => {
        const post = room.newPost('carol', 'See above', false)
        const quote = { of, text: '"it"' }
        const { entries } = await use.log.post('room', { ...post, quote, mentions: ['bob'] })
        return entries[0]
      }
      expect(await quoting(said)).toMatchObject({ quote: { of: said, by: 'bob', text: '"it"' } })
      expect(await quoting(messageId)).toMatchObject({ quote: { by: 'alice' }, mentions: ['bob'] })
      const claude = await quoting(generationId)
      expect(claude).toMatchObject({ quote: { of: generationId, text: '"it"' } })
      expect(claude).not.toHaveProperty('quote.by')
      for (const of of [said, generationId]) {
        const post = room.newPost('carol', 'See above', false)
        const quote = { of, text: 'He did it', isOwn: true }
        const { entries } = await use.log.post('room', { ...post, quote })
        expect(entries[0]).toMatchObject({ quote: { of, by: 'carol', text: 'He did it' } })
      }
      const offsets = await Promise.all(
        [said, gone, messageId, generationId, 'nothing'].map((id) => use.log.offsetOf('room', id)),
      )
      expect(offsets).toEqual([5, 6, 7, 8, null])
      expect(await quoting('nothing')).not.toHaveProperty('quote')
      expect(await quoting(gone)).not.toHaveProperty('quote')
      await shown(room)
    })
  })
}
