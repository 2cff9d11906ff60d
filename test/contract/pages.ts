// Pages: the newest older messages come first, each complete, and paging back gives every message once.
import { describe, expect, test } from 'vitest'
import type { Page } from '@roomcast/server/judge/room-log.ts'
import { searchBefore } from '@roomcast/server/room/search.ts'
import { type Entry, LIMITS, type Message } from '@roomcast/shared/protocol'
import { messagesOf } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, startedBy, type TestRoom } from '../doubles/room.ts'

const NEWEST = Number.MAX_SAFE_INTEGER

function messagesIn({ entries, runs }: Page): readonly Message[] {
  return messagesOf(entries, runs)
}

/** Pages back from `before` in steps of `limit`; the result is oldest first. */
async function walkBack(room: TestRoom, before: number, limit: number): Promise<Message[]> {
  const { earlier, ...page } = await room.log.page(room.roomId, before, limit)
  const messages = messagesIn({ ...page, earlier })
  const first = messages[0]
  if (!earlier || first === undefined) return [...messages]
  expect(messages).toHaveLength(limit)
  return [...(await walkBack(room, first.offset, limit)), ...messages]
}

export function describePages(setup: Setup): void {
  describe('pages', () => {
    const use = useLog(setup)

    test('the newest messages before an offset are chosen and given oldest first', async () => {
      const room = await aRoom(use.log)
      for (let count = 1; count <= 10; count++) await room.say('bob', `message ${count}`)
      const eighth = (await room.state()).messages[7]
      const page = await use.log.page('room', eighth?.offset ?? 0, 3)
      expect(messagesIn(page).map((message) => message.text)).toEqual([
        'message 5',
        'message 6',
        'message 7',
      ])
      expect(page.earlier).toBe(true)
    })

    test('a page says whether there are earlier messages', async () => {
      const room = await aRoom(use.log)
      for (let count = 1; count <= 3; count++) await room.say('bob', `message ${count}`)
      expect((await use.log.page('room', NEWEST, 2)).earlier).toBe(true)
      expect((await use.log.page('room', NEWEST, 3)).earlier).toBe(false)
      expect((await use.log.page('room', NEWEST, 4)).earlier).toBe(false)
    })

    test('there is nothing before the first message', async () => {
      const room = await aRoom(use.log)
      const { entries } = await room.say('bob', 'Hello')
      const nothing = { entries: [], runs: [], earlier: false }
      expect(await use.log.page('room', entries[0]?.offset ?? 0, 10)).toEqual(nothing)
    })

    test('a page knows later changes to its messages', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      const waiting = await room.queued('bob', 'How?')
      const { entries } = await room.say('carol', 'Hello')
      await room.write(owned, 0, { text: '🤔', mark: 'thinking' }, { text: 'So', mark: 'text' })
      await room.withdraw('bob', waiting)
      await room.cancel('carol', owned.generationId, 'enough')
      const page = await use.log.page('room', entries[0]?.offset ?? 0, 10)
      const offsets = page.entries.map((entry) => entry.offset)
      expect(offsets).toEqual(offsets.toSorted((one, other) => one - other))
      const { messages } = await room.state()
      expect(messagesIn(page)).toEqual(messages.slice(0, 3))
      expect(messages).toMatchObject([
        { text: 'Why?' },
        { text: '🤔So', ended: { outcome: 'cancelled', by: 'carol', reason: 'enough' } },
        { messageId: waiting, withdrawn: true },
        { text: 'Hello' },
      ])
    })

    test('a running reply is given as far as it has come', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const page = await use.log.page('room', NEWEST, 10)
      expect(messagesIn(page).at(-1)).toMatchObject({ text: 'Bec', end: 3, ended: null })
    })

    test('a reply and its question may be on different pages', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Because')
      await room.end(owned, 'completed')
      const page = await use.log.page('room', NEWEST, 1)
      expect(messagesIn(page)).toMatchObject([{ kind: 'reply', text: 'Because', end: 7 }])
      expect(messagesIn(await use.log.page('room', owned.offset, 1))).toMatchObject([
        { kind: 'said', text: 'Why?' },
      ])
    })

    test('paging back over more than 500 messages gives each of them exactly once', async () => {
      const room = await aRoom(use.log)
      const written: Entry[] = []
      for (let count = 0; count < 180; count++) {
        const owned = startedBy(await room.ask('alice', `question ${count}`))
        written.push(...(await room.say('bob', `aside ${count}`)).entries)
        await room.write(owned, 0, `answer ${count} 🎉`)
        await room.end(owned, count % 3 === 0 ? 'failed' : 'completed')
      }
      const { messages } = await room.state()
      const all = await walkBack(room, NEWEST, 7)
      expect(all).toHaveLength(540)
      expect(all.slice(-LIMITS.windowMessages)).toEqual(messages)
      const offsets = all.map((message) => message.offset)
      expect(offsets).toEqual([...new Set(offsets)].toSorted((one, other) => one - other))
      expect(await walkBack(room, NEWEST, 100)).toEqual(all)
      const older = await walkBack(room, messages[0]?.offset ?? 0, 50)
      expect([...older, ...messages]).toEqual(all)
      expect(all.filter((message) => message.kind === 'said' && !message.ask)).toHaveLength(
        written.length,
      )
    })

    test('a search finds edited messages by their new words, retracted ones never, and answers without thoughts', async () => {
      const room = await aRoom(use.log)
      const posted = async (text: string) => {
        const entry = (await room.say('bob', text)).entries[0]
        return entry?.type === 'message-posted' ? entry.messageId : ''
      }
      const [edited, retracted] = [await posted('Old words'), await posted('Secret words')]
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, { text: 'musing', mark: 'thinking' })
      await room.write(owned, 6, { text: 'Because words', mark: 'text' })
      await room.end(owned, 'completed')
      await room.edit('bob', edited, 'New words')
      await room.retract('bob', retracted)
      const found = async (query: string) =>
        (await searchBefore(use.log, room.roomId, query)).found.map(({ kind, id }) => [kind, id])
      expect(await found('WORDS')).toEqual([
        ['reply', owned.generationId],
        ['said', edited],
      ])
      for (const query of ['old', 'secret', 'musing']) expect(await found(query)).toEqual([])
      expect(await found('new')).toEqual([['said', edited]])
    })

    test('a checkpoint does not shorten the history', async () => {
      const room = await aRoom(use.log)
      for (let count = 0; count < 20; count++) await room.say('bob', `message ${count}`)
      const before = await walkBack(room, NEWEST, 6)
      await use.log.checkpoint(await room.state())
      expect(await walkBack(room, NEWEST, 6)).toEqual(before)
      expect(before).toHaveLength(20)
    })
  })
}
