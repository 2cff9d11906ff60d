// Idempotence: a repeated command gets its first answer and is not done again. `started` goes only to the caller whose
// step started the generation: otherwise two callers would run it.
import { describe, expect, test } from 'vitest'
import type { RoomLog, Written } from '@roomcast/server/judge/room-log.ts'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, refusalOf, startedBy, TestRoom } from '../doubles/room.ts'

/** A command and its preconditions. `send` sends it with new ids for the entries it would create. */
interface Case {
  readonly prepare: (room: TestRoom) => Promise<(log: RoomLog) => Promise<Written>>
}

export const CASES: Readonly<Record<string, Case>> = {
  join: {
    prepare: async (room) => (log) =>
      log.join(room.roomId, { commandId: 'once', memberId: 'dan', name: 'dan', role: 'member' }),
  },
  'post without a question': {
    prepare: async (room) => (log) =>
      log.post(room.roomId, { ...room.newPost('bob', 'Hello', false), commandId: 'once' }),
  },
  'post that starts': {
    prepare: async (room) => (log) =>
      log.post(room.roomId, { ...room.newPost('bob', 'Why?', true), commandId: 'once' }),
  },
  'post that waits': {
    prepare: async (room) => {
      await room.asked('alice', 'Why?')
      return (log) =>
        log.post(room.roomId, { ...room.newPost('bob', 'How?', true), commandId: 'once' })
    },
  },
  start: {
    prepare: async (room) => {
      const started = await room.asked('alice', 'Why?')
      await room.end(started, 'failed')
      return (log) => {
        const generationId = room.newId('generation')
        const of = started.generationId
        const start = { commandId: 'once', generationId, by: 'bob', mode: 'retry', of } as const
        return log.start(room.roomId, start)
      }
    },
  },
  withdraw: {
    prepare: async (room) => {
      await room.asked('alice', 'Why?')
      const messageId = await room.queued('bob', 'How?')
      return (log) => log.withdraw(room.roomId, { commandId: 'once', messageId, by: 'bob' })
    },
  },
  edit: {
    prepare: async (room) => {
      const messageId = await room.said('bob', 'Helo')
      const edit = { commandId: 'once', type: 'edit', messageId, by: 'bob', text: 'Hello' } as const
      return (log) => log.amend(room.roomId, edit)
    },
  },
  retract: {
    prepare: async (room) => {
      const messageId = await room.said('bob', 'Hello')
      const retraction = { commandId: 'once', type: 'retract', messageId, by: 'bob' } as const
      return (log) => log.amend(room.roomId, retraction)
    },
  },
  configure: {
    prepare: async (room) => (log) =>
      log.amend(room.roomId, { commandId: 'once', type: 'configure', by: 'alice', title: 'New' }),
  },
  invite: {
    prepare: async (room) => (log) => {
      const link = { inviteId: 'link', until: 4_000_000_000_000 }
      return log.amend(room.roomId, { commandId: 'once', type: 'invite', by: 'bob', ...link })
    },
  },
  'end-invites': {
    prepare: async (room) => (log) =>
      log.amend(room.roomId, { commandId: 'once', type: 'end-invites', by: 'bob' }),
  },
  leave: {
    prepare: async (room) => (log) =>
      log.amend(room.roomId, { commandId: 'once', type: 'remove', by: 'bob', memberId: 'bob' }),
  },
  remove: {
    prepare: async (room) => {
      await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      const removal = { commandId: 'once', type: 'remove', by: 'alice', memberId: 'bob' } as const
      return (log) => log.amend(room.roomId, removal)
    },
  },
  resume: {
    prepare: async (room) => {
      const started = await room.asked('alice', 'Why?')
      await room.queued('bob', 'How?')
      await room.cancel('alice', started.generationId)
      return (log) => {
        const generationId = room.newId('generation')
        return log.resume(room.roomId, { commandId: 'once', by: 'bob', generationId })
      }
    },
  },
}

export function describeIdempotence(setup: Setup): void {
  describe('idempotence', () => {
    const use = useLog(setup)

    describe.each(Object.entries(CASES))('%s', (_name, { prepare }) => {
      test('[R4.1] gets the first answer when it is sent again', async () => {
        const room = await aRoom(use.log)
        const send = await prepare(room)
        const { entries } = await send(use.log)
        await room.say('carol', 'in between')
        await room.changesNothing(() => send(use.log), { entries, started: null })
      })

      test('[R4.1] is done once when it is sent many times at once', async () => {
        const room = await aRoom(use.log)
        const send = await prepare(room)
        const { offset } = await room.state()
        const answers = await Promise.all(Array.from({ length: 6 }, () => send(use.log)))
        const entries = answers[0]?.entries ?? []
        for (const answer of answers) expect(answer.entries).toEqual(entries)
        const starts = entries.filter((entry) => entry.type === 'generation-started')
        expect(answers.filter(({ started }) => started !== null)).toHaveLength(starts.length)
        expect((await room.state()).offset).toBe(offset + entries.length)
      })

      test('gets the first answer from a log reopened on the same storage', async (context) => {
        const room = await aRoom(use.log)
        const send = await prepare(room)
        const { entries } = await send(use.log)
        const reading = await use.log.read('room')
        const after = await use.reopen(context)
        expect(await send(after)).toEqual({ entries, started: null })
        expect(await after.read('room')).toEqual(reading)
      })
    })

    test('repeating the command that created a room gives the same room', async () => {
      const newRoom = new TestRoom(use.log).newRoom()
      const first = await use.log.createRoom(newRoom)
      const reading = await use.log.read('room')
      expect(await use.log.createRoom(newRoom)).toEqual(first)
      expect(await use.log.read('room')).toEqual(reading)
      expect(await use.log.roomsOf('alice')).toHaveLength(1)
    })

    test('a command gets its first answer even after 300 later messages', async () => {
      const room = await aRoom(use.log)
      const post = room.newPost('bob', 'Why?', true)
      const first = await use.log.post('room', post)
      await room.write(startedBy(first), 0, 'Because.')
      await room.end(startedBy(first), 'completed')
      for (let index = 0; index < 300; index++) await room.say('carol', `message ${index}`)
      const again = { entries: first.entries, started: null }
      await room.changesNothing(() => use.log.post('room', post), again)
    })

    test('the same words in two commands are posted twice, by one member or by two', async () => {
      const room = await aRoom(use.log)
      for (const by of ['bob', 'carol', 'bob']) await room.say(by, 'Hello')
      expect((await room.state()).messages).toHaveLength(3)
    })

    test('[R4.1] the id of another kind of command is refused, and nothing is done', async () => {
      const room = await aRoom(use.log)
      const post = room.newPost('bob', 'Hello', false)
      await use.log.post('room', post)
      const before = await use.log.read('room')
      const { commandId } = post
      const withdrawal = { commandId, messageId: post.messageId, by: 'bob' }
      expect(await refusalOf(use.log.withdraw('room', withdrawal))).toBe('bad-request')
      expect(await use.log.read('room')).toEqual(before)
    })

    test('the same command id in two rooms is two commands', async () => {
      const [one, other] = [await aRoom(use.log, 'one'), await aRoom(use.log, 'other')]
      for (const room of [one, other])
        await use.log.post(room.roomId, { ...room.newPost('bob', 'Hi', false), commandId: 'same' })
      expect((await one.state()).messages).toHaveLength(1)
      expect((await other.state()).messages).toHaveLength(1)
    })

    test('[R4.3] a refused command may be sent again, unchanged, and succeed', async () => {
      const room = await aRoom(use.log)
      const running = await room.asked('alice', 'Why?')
      const of = running.generationId
      const start = { commandId: 'c', generationId: 'g', by: 'bob', mode: 'retry', of } as const
      expect(await refusalOf(use.log.start('room', start))).toBe('generation-running')
      await room.end(running, 'completed')
      expect((await use.log.start('room', start)).started?.generationId).toBe('g')
    })
  })
}
