// A short sound record, from a real log.
import type { Entry, RoomState } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { emptyRoom, fold } from '@roomcast/shared/room'
import { openSqliteRoomLog } from '@roomcast/server/room-logs.ts'
import { aRoom } from '../../doubles/room.ts'
import { SimulatedClock } from '../../doubles/clock.ts'
import type { Written } from '../checks.ts'
import type { Sent } from '../judge.ts'
import type { RoomRecord, Shown } from './record.ts'

/** A record that may be spoilt: all of it belongs to the caller. */
export interface OwnRecord {
  readonly reading: RoomRecord['reading'] & { readonly entries: Entry[] }
  readonly screens: (Shown & { readonly states: RoomState[] })[]
  readonly sent: Sent[]
  readonly written: Written[]
}

/** Bob stops one answer after "One stone", another is completed; alice saw everything, carol joined at the end. */
export async function aSoundRecord(): Promise<OwnRecord> {
  const ids = ['epoch']
  const newId = () => ids.pop() ?? 'spent'
  const log = await openSqliteRoomLog({ path: ':memory:', clock: new SimulatedClock(), newId })
  const room = await aRoom(log)
  const states = [await room.state()]
  await log.follow('room', (update) => {
    const before = states.at(-1)
    if (before && 'type' in update && update.type === 'deleted') throw new Error('deleted')
    if (before) states.push(fold(before, update as Parameters<typeof fold>[1], digest).state)
  })
  await room.say('carol', 'Hello.')
  const first = await room.asked('alice', 'Why?')
  await room.write(first, 0, { text: 'One ', mark: 'text' }, 'stone')
  await room.cancel('bob', first.generationId, 'enough')
  const second = await room.asked('alice', 'How?')
  await room.write(second, 0, { text: 'Two words', mark: 'text' })
  await room.end(second, 'completed')
  const { entries, runs } = await log.read('room')
  await log.close()
  const posted = (text: string) =>
    entries.find((entry) => entry.type === 'message-posted' && entry.text === text) as Extract<
      Entry,
      { type: 'message-posted' }
    >
  const ask = (text: string, generationId: string): Sent => ({
    by: 'alice',
    intent: { type: 'post', text, ask: true },
    result: { ok: true, messageId: posted(text).messageId, generationId },
  })
  const { generationId } = first
  const record: RoomRecord = {
    reading: { checkpoint: emptyRoom('room', 'epoch'), entries, runs },
    screens: [
      { name: 'alice', states, stays: true },
      { name: 'carol', states: states.slice(-1), stays: true },
    ],
    sent: [
      {
        by: 'carol',
        intent: { type: 'post', text: 'Hello.', ask: false },
        result: { ok: true, messageId: posted('Hello.').messageId },
      },
      ask('Why?', generationId),
      {
        by: 'bob',
        intent: { type: 'cancel', generationId },
        result: { ok: true, outcome: 'cancelled', end: 9 },
      },
      ask('How?', second.generationId),
      {
        by: 'carol',
        intent: { type: 'resume' },
        result: { ok: false, error: { code: 'queue-not-held', message: 'No.', retryable: false } },
      },
    ],
    written: [
      { text: 'One stone after the other', stopped: false },
      { text: 'Two words', stopped: true },
    ],
  }
  const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  return {
    ...copyOf({ ...record, screens: [] }),
    screens: record.screens.map((screen) => ({
      ...screen,
      states: structuredClone(screen.states),
    })),
  } as OwnRecord
}
