// Entries: what each call writes, in which order, and that a refused call writes nothing.
import { describe, expect, test } from 'vitest'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, refusalOf, TestRoom } from '../doubles/room.ts'

export function describeEntries(setup: Setup): void {
  describe('entries', () => {
    const use = useLog(setup)

    test('creating a room writes room-created and its owner', async () => {
      const room = new TestRoom(use.log)
      const { entries, started } = await use.log.createRoom(room.newRoom())
      expect(started).toBeNull()
      expect(entries).toMatchObject([
        {
          offset: 1,
          type: 'room-created',
          roomId: 'room',
          title: 'Title of room',
          model: 'claude',
          instructions: 'Be brief.',
        },
        { offset: 2, type: 'member-joined', memberId: 'alice', name: 'alice', role: 'owner' },
      ])
      expect((await use.log.read('room')).entries).toEqual(entries)
    })

    test('[R6.4] a join whose name was chosen without knowing every member is not written', async () => {
      const room = await aRoom(use.log)
      const { offset } = await room.state()
      await room.say('bob', 'Hello')
      const newcomer = (memberId: string, seen: number) =>
        use.log.join('room', {
          commandId: room.newId('join'),
          memberId,
          name: 'Zoe',
          role: 'member',
          seen,
        })
      await newcomer('one', offset)
      const before = await use.log.read('room')
      await expect(newcomer('two', offset)).rejects.toMatchObject({ offset: offset + 2 })
      expect(await use.log.read('room')).toEqual(before)
      await newcomer('two', offset + 2)
      const joins = Array.from({ length: 5 }, (_, index) =>
        newcomer(`at-once-${index}`, offset + 3),
      )
      const done = await Promise.allSettled(joins)
      expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    test('offsets are dense from 1 and times never go back', async () => {
      const room = await aRoom(use.log)
      const started = await room.asked('alice', 'Why?')
      await room.queued('bob', 'And how?')
      await room.write(started, 0, 'Because.')
      await room.end(started, 'completed')
      const { entries } = await use.log.read('room')
      expect(entries.map((entry) => entry.offset)).toEqual(entries.map((_, index) => index + 1))
      const times = entries.map((entry) => entry.at)
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    })

    test('times do not go back when the clock of the storage does', async () => {
      const room = await aRoom(use.log)
      await room.say('bob', 'Before')
      // In SQLite the last entry carries an earlier reading of the clock; in Redis it carries exactly this time.
      const before = await use.setClockBack('room')
      const { entries: after } = await room.say('bob', 'After')
      const { entries: later } = await room.say('bob', 'Later')
      const [one, two] = [after[0]?.at ?? 0, later[0]?.at ?? 0]
      expect(one).toBeGreaterThanOrEqual(before - 10)
      expect(two).toBeGreaterThanOrEqual(one)
    })

    test('concurrent calls get offsets without gaps or duplicates', async () => {
      const room = await aRoom(use.log)
      const written = await Promise.all(
        Array.from({ length: 40 }, (_, index) => room.say('bob', `message ${index}`)),
      )
      const offsets = written.flatMap(({ entries }) => entries.map((entry) => entry.offset))
      expect(offsets.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: 40 }, (_, index) => index + 5),
      )
    })

    test('a call returns the same entries that readers and followers get', async () => {
      const room = await aRoom(use.log)
      const watcher = await room.watch()
      const { entries } = await room.ask('bob', 'Why?')
      expect(entries.map((entry) => entry.type)).toEqual(['message-posted', 'generation-started'])
      await watcher.seenSoFar()
      expect(watcher.entries.slice(0, 2)).toEqual(entries)
      const read = await use.log.read('room')
      expect(read.entries.filter((entry) => entry.offset <= 6).slice(-2)).toEqual(entries)
    })

    test('a member who joins again with the same name and role is not written again', async () => {
      const room = await aRoom(use.log)
      const bob = { memberId: 'bob', name: 'bob', role: 'member' } as const
      await room.changesNothing(
        () => use.log.join('room', { commandId: room.newId('join'), ...bob }),
        { entries: [], started: null },
      )
    })

    test('a new name or role is written and replaces the old one', async () => {
      const room = await aRoom(use.log)
      const joinedAt = (await room.state()).members[1]?.joinedAt
      for (const change of [
        { name: 'Bob B.', role: 'member' },
        { name: 'Bob B.', role: 'owner' },
      ] as const) {
        const commandId = room.newId('join')
        const written = await use.log.join('room', { commandId, memberId: 'bob', ...change })
        expect(written.entries).toMatchObject([{ type: 'member-joined', ...change }])
        expect((await room.state()).members[1]).toEqual({ memberId: 'bob', joinedAt, ...change })
      }
    })

    test('text of any script, with NUL, CRLF and a byte order mark, is stored unchanged', async () => {
      const room = await aRoom(use.log)
      const texts = [
        '',
        '\ufeff\u0000\r\n\u2028"\\',
        '日本語 👩‍👩‍👧‍👦 e\u0301',
        'שלום עולם',
        'x'.repeat(65_536),
      ]
      for (const text of texts) await room.say('bob', text)
      const { messages } = await room.state()
      expect(messages.map((message) => message.text)).toEqual(texts)
    })

    test('a question in an idle room starts at once', async () => {
      const room = await aRoom(use.log)
      const post = room.newPost('bob', 'Why?', true)
      const { entries, started } = await use.log.post('room', post)
      expect(entries).toMatchObject([
        { type: 'message-posted', messageId: post.messageId, by: 'bob', text: 'Why?', ask: true },
        {
          type: 'generation-started',
          generationId: post.generationId,
          number: 1,
          mode: 'answer',
          messageId: post.messageId,
          by: 'bob',
          model: 'claude',
        },
      ])
      expect(started).toMatchObject({
        roomId: 'room',
        generationId: post.generationId,
        number: 1,
        mode: 'answer',
        messageId: post.messageId,
        of: undefined,
        by: 'bob',
        model: 'claude',
        offset: entries[1]?.offset,
      })
      expect((await room.state()).running).toBe(1)
    })

    test('a message without a question starts nothing', async () => {
      const room = await aRoom(use.log)
      const { entries, started } = await room.say('bob', 'Hello')
      expect(entries.map((entry) => entry.type)).toEqual(['message-posted'])
      expect(started).toBeNull()
      expect((await room.state()).running).toBeNull()
    })

    test('every call about an unknown room is refused', async () => {
      const room = new TestRoom(use.log, 'nowhere')
      const nobody = {
        roomId: 'nowhere',
        generationId: 'g',
        number: 1,
        fence: 1,
      }
      const calls: readonly Promise<unknown>[] = [
        use.log.join('nowhere', { commandId: 'c', memberId: 'bob', name: 'bob', role: 'member' }),
        room.say('bob', 'Hello'),
        room.ask('bob', 'Hello?'),
        room.again('bob', 'g'),
        room.withdraw('bob', 'm'),
        room.resume('bob'),
        room.edit('bob', 'm', 'text'),
        room.retract('bob', 'm'),
        room.remove('bob', 'bob'),
        room.amend('bob', { type: 'configure', title: 'T' }),
        room.cancel('bob', 'g'),
        use.log.appendReply(nobody, 0, 'text'),
        use.log.read('nowhere'),
        use.log.page('nowhere', 10, 10),
        use.log.follow('nowhere', () => undefined),
        use.log.deleteRoom('nowhere'),
      ]
      const codes = await Promise.all(calls.map(refusalOf))
      expect(codes).toEqual(calls.map(() => 'room-not-found'))
    })

    test('two rooms stay separate', async () => {
      const one = await aRoom(use.log, 'one')
      const watcher = await one.watch()
      const other = await aRoom(use.log, 'other')
      const started = await other.asked('bob', 'Why?')
      await other.write(started, 0, 'Because.')
      await other.queued('carol', 'And how?')
      expect(await watcher.seenSoFar()).toEqual([])
      const asked = await one.asked('bob', 'Who?')
      expect(asked).toMatchObject({ number: 1 })
      expect((await one.reply(asked.generationId)).text).toBe('')
      expect(await one.state()).toMatchObject({ offset: 7, queue: [], running: 1 })
      expect(await other.state()).toMatchObject({ offset: 8, running: 1 })
      expect(await refusalOf(one.cancel('bob', started.generationId))).toBe('generation-not-found')
    })
  })
}
