// Reading a room's current state, checkpoints, and the list of a member's rooms.
import { describe, expect, test } from 'vitest'
import { emptyRoom } from '@roomcast/shared/room'
import { type Setup, useLog } from './log-under-test.ts'
import { aRoom, startedBy, stateOf, TestRoom } from '../doubles/room.ts'

export function describeReading(setup: Setup): void {
  describe('reading', () => {
    const use = useLog(setup)

    test('a new room is read as entries on top of the empty room', async () => {
      const room = await aRoom(use.log)
      const { checkpoint, entries, runs } = await use.log.read('room')
      expect(checkpoint).toEqual(emptyRoom('room', checkpoint.epoch))
      expect(entries).toHaveLength(4)
      expect(runs).toEqual([])
      expect(await room.state()).toMatchObject({
        offset: 4,
        title: 'Title of room',
        members: [{ memberId: 'alice' }, { memberId: 'bob' }, { memberId: 'carol' }],
      })
    })

    test('every read of a room gives the same result', async () => {
      const room = await aRoom(use.log)
      await room.write(await room.asked('alice', 'Why?'), 0, '🎉', 'Because')
      const first = await use.log.read('room')
      expect(await use.log.read('room')).toEqual(first)
    })

    test('a room reads the same from a log reopened on the same storage', async (context) => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, { text: '🤔', mark: 'thinking' }, { text: 'So', mark: 'text' })
      await room.queued('bob', 'How?')
      await room.cancel('carol', owned.generationId)
      const before = await use.log.read('room')
      expect(await (await use.reopen(context)).read('room')).toEqual(before)
    })

    test('after a checkpoint only later entries are read, and the room is the same', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Because 🎉')
      await room.end(owned, 'completed')
      const state = await room.state()
      await use.log.checkpoint(state)
      expect(await use.log.read('room')).toEqual({ checkpoint: state, entries: [], runs: [] })
      const later = await room.asked('bob', 'How?')
      await room.write(later, 0, { text: '', mark: 'thinking' })
      const reading = await use.log.read('room')
      expect(reading.entries.map((entry) => entry.type)).toEqual([
        'message-posted',
        'generation-started',
      ])
      expect(stateOf(reading)).toMatchObject({ offset: state.offset + 2, running: 2 })
    })

    test('a checkpoint outlives the process', async (context) => {
      const room = await aRoom(use.log)
      await room.say('bob', 'Hello')
      const state = await room.state()
      await use.log.checkpoint(state)
      const after = await use.reopen(context)
      expect(await after.read('room')).toEqual({ checkpoint: state, entries: [], runs: [] })
    })

    test('a checkpoint is ignored while a generation runs', async () => {
      const room = await aRoom(use.log)
      const idle = await room.state()
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const before = await use.log.read('room')
      await use.log.checkpoint(stateOf(before))
      expect(await use.log.read('room')).toEqual(before)
      await use.log.checkpoint(idle)
      expect(stateOf(await use.log.read('room'))).toEqual(stateOf(before))
    })

    test('a checkpoint taken while a generation ran does no harm after its end', async () => {
      const room = await aRoom(use.log)
      const watcher = await room.watch()
      const start = await room.state()
      const owned = await room.asked('alice', 'Why?')
      await room.write(owned, 0, 'Bec')
      const midway = await room.state()
      await room.write(owned, 3, 'ause')
      await room.end(owned, 'completed')
      await use.log.checkpoint(midway)
      await watcher.seenSoFar()
      expect(await room.state()).toEqual(watcher.foldOver(start))
    })

    test('an older checkpoint does not replace a newer one', async () => {
      const room = await aRoom(use.log)
      const older = await room.state()
      await room.say('bob', 'Hello')
      const newer = await room.state()
      await use.log.checkpoint(newer)
      await use.log.checkpoint(older)
      expect(await use.log.read('room')).toEqual({ checkpoint: newer, entries: [], runs: [] })
    })

    test('a checkpoint of another history, or of entries that the log lacks, is ignored', async () => {
      const room = await aRoom(use.log)
      const before = await use.log.read('room')
      const state = stateOf(before)
      await use.log.checkpoint({ ...state, epoch: 'another' })
      await use.log.checkpoint({ ...state, offset: state.offset + 1 })
      expect(await use.log.read('room')).toEqual(before)
      await room.say('bob', 'Hello')
      expect((await use.log.read('room')).entries).toHaveLength(5)
    })

    test('a room of 1,000 messages reads the same with and without checkpoints', async () => {
      const [plain, marked] = [await aRoom(use.log, 'plain'), await aRoom(use.log, 'marked')]
      for (let count = 0; count < 500; count++) {
        for (const room of [plain, marked]) {
          const owned = startedBy(await room.ask('bob', `question ${count} 🎉`))
          await room.write(owned, 0, `answer ${count}`, ' 日本語')
          await room.end(owned, 'completed')
        }
        if (count % 90 === 89) await use.log.checkpoint(await marked.state())
      }
      const readings = { plain: await use.log.read('plain'), marked: await use.log.read('marked') }
      expect(readings.marked.entries.length).toBeLessThan(300)
      const [one, other] = [stateOf(readings.plain), stateOf(readings.marked)]
      expect(one.messages).toHaveLength(200)
      expect(one.earlier).toBe(true)
      const timeless = (state: object): unknown =>
        JSON.parse(
          JSON.stringify(state, (key, value: unknown) =>
            key === 'at' || key === 'joinedAt' || key === 'epoch' ? undefined : value,
          ).replaceAll('marked', 'plain'),
        )
      expect(timeless(other)).toEqual(timeless(one))
    })

    test('the rooms of a member are listed, most recently used first', async () => {
      const [one, other] = [await aRoom(use.log, 'one'), await aRoom(use.log, 'other')]
      const foreign = new TestRoom(use.log, 'foreign')
      await use.log.createRoom(foreign.newRoom('dan'))
      expect((await use.log.roomsOf('bob')).map((room) => room.roomId)).toEqual(['other', 'one'])
      const { entries } = await one.say('carol', 'Hello')
      const used = await use.log.roomsOf('bob')
      expect(used).toEqual([
        {
          roomId: 'one',
          title: 'Title of one',
          role: 'member',
          at: entries[0]?.at,
          running: false,
          offset: entries[0]?.offset,
        },
        expect.objectContaining({ roomId: 'other', role: 'member', running: false }),
      ])
      await other.asked('alice', 'Why?')
      expect(await use.log.roomsOf('alice')).toMatchObject([
        { roomId: 'other', role: 'owner', running: true },
        { roomId: 'one', role: 'owner', running: false },
      ])
      expect(await use.log.roomsOf('nobody')).toEqual([])
    })

    test('the list follows a change of role and the end of a generation', async () => {
      const room = await aRoom(use.log)
      const owned = await room.asked('alice', 'Why?')
      await room.end(owned, 'completed')
      const bob = { memberId: 'bob', name: 'bob', role: 'owner' } as const
      await use.log.join('room', { commandId: room.newId('join'), ...bob })
      expect(await use.log.roomsOf('bob')).toMatchObject([{ role: 'owner', running: false }])
    })
  })
}
