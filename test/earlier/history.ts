// Three rooms: one with everything that members can do, and a checkpoint in the middle; one left by a dead process,
// with an answer half written and questions waiting; and one whose queue is held.
import { expect } from 'vitest'
import type { RoomLog } from '@roomcast/server/judge/room-log.ts'
import { startedBy, TestRoom } from '../doubles/room.ts'

export const [FULL, LEFT, HELD] = ['full', 'left', 'held'] as const
export const ROOMS = [FULL, LEFT, HELD] as const
export const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const
const UNTIL = Date.UTC(2100, 0, 1)

/** Plays the history on an empty log. */
export async function playHistory(log: RoomLog): Promise<void> {
  await playFull(await openRoom(log, FULL))
  await playLeft(await openRoom(log, LEFT))
  await playHeld(await openRoom(log, HELD))
}

async function openRoom(log: RoomLog, roomId: string): Promise<TestRoom> {
  const room = new TestRoom(log, roomId)
  await log.createRoom(room.newRoom())
  for (const name of ['bob', 'carol', 'dave']) await room.joins(name)
  return room
}

async function playFull(room: TestRoom): Promise<void> {
  const { log, roomId } = room
  const first = await room.said(
    'bob',
    'A message with "quotes", \\backslashes\\ and 🎉\nin two lines.',
  )
  await room.edit('bob', first, 'A message that was changed.')
  const gone = await room.said('carol', 'Nobody is to see this.')
  await room.retract('alice', gone)
  await log
    .post(roomId, {
      ...room.newPost('carol', 'What about it?', true),
      quote: { of: first, text: 'was changed' },
      mentions: ['bob'],
      model: 'another-model',
    })
    .then(async (written) => {
      const owned = startedBy(written)
      const end = await room.write(
        owned,
        0,
        { text: 'I think.', mark: 'thinking' },
        { text: 'Yes 🎉, ', mark: 'text' },
        'it is.',
      )
      await room.end(owned, 'completed', {
        stop: 'end_turn',
        usage: { inputTokens: 12, outputTokens: 34, estimated: false },
        final: { at: end, text: ' So.', mark: undefined },
      })
      const again = startedBy(await room.again('bob', owned.generationId))
      await room.write(again, 0, 'No')
      await room.cancel('dave', again.generationId, 'Enough.')
      const more = startedBy(await room.again('alice', again.generationId, 'continue'))
      await room.end(more, 'failed', { error: { code: 'overloaded', message: 'Claude is busy.' } })
    })
  await room.amend('alice', {
    type: 'configure',
    title: 'Another title',
    model: 'claude-2',
    thinking: true,
  })
  await log.checkpoint(await room.state())
  await room.amend('bob', { type: 'invite', inviteId: 'first-invite', until: UNTIL })
  await room.amend('alice', { type: 'end-invites' })
  await room.amend('alice', { type: 'configure', inviters: 'owner', instructions: 'Be long.' })
  await room.amend('alice', { type: 'invite', inviteId: 'second-invite', until: UNTIL })
  await room.remove('dave', 'dave')
  await room.joins('dave')
  const running = await room.asked('bob', 'Answered?')
  await room.queued('carol', 'Not answered, since I am removed.')
  const withdrawn = await room.queued('bob', 'Not answered, since I take it back.')
  const last = await room.queued('dave', 'And mine?')
  await room.withdraw('bob', withdrawn)
  await room.remove('alice', 'carol')
  await room.write(running, 0, 'Yes.')
  const ended = await room.end(running, 'completed', { stop: 'end_turn' })
  if (!ended.ok) throw new Error('it did not end')
  const next = startedBy(ended)
  expect(next.messageId).toBe(last)
  await room.write(next, 0, 'Yours too.')
  await room.end(next, 'completed', { stop: 'end_turn' })
}

async function playLeft(room: TestRoom): Promise<void> {
  const running = await room.asked('alice', 'What is half written?')
  await room.write(
    running,
    0,
    { text: 'Thinking', mark: 'thinking' },
    { text: 'This an', mark: 'text' },
  )
  await room.queued('bob', 'First in the queue?')
  await room.queued('carol', 'Second in the queue?')
}

async function playHeld(room: TestRoom): Promise<void> {
  const running = await room.asked('alice', 'What is stopped?')
  await room.queued('bob', 'What is held?')
  await room.write(running, 0, 'Half')
  await room.cancel('carol', running.generationId)
}
