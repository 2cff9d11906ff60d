// A client comes from a position beyond the log: the log has lost its tail, and no node had followed it.
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Position, RoomState, Update } from '@roomcast/shared/protocol'
import { digest } from '@roomcast/shared/digest'
import { emptyRoom, fold, positionOf } from '@roomcast/shared/room'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import { testRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Connection } from './connection.ts'
import type { Rooms } from './rooms.ts'

let clock: SimulatedClock
let room: TestRoom
let rooms: Rooms

beforeEach(async () => {
  clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  rooms = testRooms(room.log, clock, () => room.newId())
  await rooms.admit(room.roomId, { memberId: 'one', name: 'Zoe' })
})
afterEach(async () => {
  await rooms.close()
  await room.log.close()
})

/** A screen that folds its updates, as the page does, and records the positions it is told. */
function screen(state: RoomState) {
  const shown = { state, positions: [] as Position[], snapshots: 0 }
  const connection: Connection = {
    id: 'socket',
    memberId: 'one',
    send: (update: Update, position) => {
      shown.positions.push(position)
      if (!('type' in update)) return
      if (update.type === 'snapshot') shown.snapshots += 1
      if (update.type === 'snapshot' || update.type === 'tail')
        shown.state = fold(shown.state, update, digest).state
    },
    enter: () => undefined,
    exit: () => undefined,
  }
  return { shown, connection }
}

/** Joins, and advances the clock past the wait for entries that may still be on their way. */
async function join(connection: Connection, since: Position): Promise<void> {
  const joining = rooms.join(connection, room.roomId, since)
  let joined = false
  void joining.then(() => (joined = true))
  await expect
    .poll(async () => {
      await clock.advance(100)
      return joined
    })
    .toBe(true)
}

it('[R1][R1.6] a screen that is ahead of the log and of all nodes gets the room as it is', async () => {
  const truth = (await rooms.transcript('one', room.roomId)).title
  const { entries } = await room.log.read(room.roomId)
  const { epoch } = (await room.log.read(room.roomId)).checkpoint
  const offset = entries.at(-1)?.offset ?? 0
  const ahead = {
    ...emptyRoom(room.roomId, epoch),
    title: 'of another history',
    offset: offset + 3,
  }
  const { shown, connection } = screen(ahead)
  await join(connection, positionOf(ahead))
  expect(shown.state).toMatchObject({ epoch, offset, title: truth })
  // A reader that resumes does so from the last position it was told.
  expect(shown.positions.at(-1)).toEqual({ epoch, offset, end: 0 })
})

it('[R1.6] a screen at the position of the log gets a tail', async () => {
  const { entries, checkpoint } = await room.log.read(room.roomId)
  const offset = entries.at(-1)?.offset ?? 0
  const there = { ...emptyRoom(room.roomId, checkpoint.epoch), offset }
  const { shown, connection } = screen(there)
  await join(connection, positionOf(there))
  expect(shown.snapshots).toBe(0)
})

it('[R1][R1.6] a screen that has another entry than the log at its offset gets the room as it is', async () => {
  const { entries, checkpoint } = await room.log.read(room.roomId)
  const { epoch } = checkpoint
  const { offset = 0, at = 0 } = entries.at(-1) ?? {}
  const truth = (await rooms.transcript('one', room.roomId)).title
  for (const [there, since, snapshots] of [
    [offset, at, 0],
    [offset, at + 1, 2],
    [offset - 1, (entries.at(-2)?.at ?? 0) + 1, 2],
  ] as const) {
    const other = { ...emptyRoom(room.roomId, epoch), title: 'of another history', offset: there }
    const { shown, connection } = screen(other)
    await join(connection, { ...positionOf(other), at: since })
    expect(shown.snapshots).toBe(snapshots)
    if (snapshots > 0) expect(shown.state).toMatchObject({ epoch, offset, title: truth })
  }
})
