import { describe, expect, it, onTestFinished } from 'vitest'
import { type Docket, EMPTY_DOCKET } from '../../decide/docket.ts'
import { Database } from './database.ts'
import { Dockets } from './dockets.ts'
import { Entries, type RoomRow } from './entries.ts'

const MOST = { rooms: 3, members: 10 }

/** Rooms in a database that have one entry each, so that they can be asked for. */
function openDockets() {
  const database = new Database(':memory:')
  onTestFinished(() => database.close())
  const entries = new Entries(database, { now: () => 1, after: () => () => undefined })
  const dockets = new Dockets(database, entries, MOST)
  const make = (roomId: string): RoomRow => {
    entries.makeRoom({ roomId, epoch: 'epoch', title: 'Title', model: 'claude' })
    const draft = { type: 'queue-resumed', by: 'alice' } as const
    entries.moveTo(roomId, entries.write(roomId, draft, { offset: 0, at: 0 }))
    return entries.room(roomId)
  }
  return { database, entries, dockets, make }
}

function docketOf(members: number): Docket {
  const membership = { name: 'Somebody', role: 'member', gone: null } as const
  const all = Array.from(
    { length: members },
    (_, index) => [`member-${index}`, membership] as const,
  )
  return { ...EMPTY_DOCKET, offset: 1, members: new Map(all) }
}

describe('dockets that are kept', () => {
  it('are the same until the room has gone on', () => {
    const { entries, dockets, make } = openDockets()
    const room = make('one')
    const docket = dockets.of(room)
    expect(dockets.of(room)).toBe(docket)
    entries.moveTo('one', { offset: 2, at: 2 })
    expect(dockets.of(entries.room('one'))).toMatchObject({ offset: 2, title: 'Title' })
  })

  it('are those of the rooms that were used last', () => {
    const { dockets, make } = openDockets()
    const rooms = ['one', 'two', 'three'].map(make)
    const [one, two] = rooms.map((room) => dockets.of(room))
    const [first, second] = rooms as [RoomRow, RoomRow]
    expect(dockets.of(first)).toBe(one)
    dockets.of(make('four'))
    expect(dockets.size.rooms).toBe(MOST.rooms)
    expect(dockets.of(first)).toBe(one)
    expect(dockets.of(second)).not.toBe(two)
  })

  it('have no more members than all of them may', () => {
    const { dockets } = openDockets()
    dockets.keep('one', docketOf(6))
    dockets.keep('one', docketOf(4))
    dockets.keep('two', docketOf(6))
    expect(dockets.size).toEqual({ rooms: 2, members: 10 })
    dockets.keep('three', docketOf(5))
    expect(dockets.size).toEqual({ rooms: 1, members: 5 })
    dockets.keep('four', docketOf(11))
    expect(dockets.size).toEqual({ rooms: 0, members: 0 })
    dockets.keep('five', docketOf(1))
    dockets.forget('five')
    dockets.forget('five')
    expect(dockets.size).toEqual({ rooms: 0, members: 0 })
  })

  it('do not have what was rolled back', () => {
    const { database, entries, dockets, make } = openDockets()
    const room = make('one')
    const before = dockets.of(room)
    const failing = () =>
      database.transaction('entry', () => {
        const after = { ...before, offset: 2, held: true }
        dockets.save('one', before, after)
        entries.moveTo('one', { offset: 2, at: 2 })
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    expect(dockets.of(entries.room('one'))).toBe(before)
  })
})
