// The rooms of a node that cannot save anything.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorBody, isDelta, type Update } from '@roomcast/shared/protocol'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import { testRooms } from '@roomcast/test/doubles/rooms.ts'
import type { RoomLog } from '../judge/room-log.ts'
import type { Connection } from './connection.ts'
import { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import { MemoryPresence } from '../presence/memory-presence.ts'

const AWAY = errorBody('storage-unavailable')
const FULL = errorBody('storage-full')

let log: RoomLog
/** The calls to the storage since the last reset. */
let asked: string[]
let rooms: Rooms
let ids = 0
const newId = () => `id-${(ids += 1)}`

beforeEach(async () => {
  const clock = new SimulatedClock()
  const { log: real } = await TestRoom.open(clock)
  asked = []
  log = new Proxy(real, {
    get(target, name: keyof RoomLog) {
      const method = target[name].bind(target) as (...given: unknown[]) => unknown
      return (...given: unknown[]) => {
        asked.push(name)
        return method(...given)
      }
    },
  })
  rooms = testRooms(log, clock, newId)
  for (const roomId of ['seen', 'unseen']) await makeRoom(roomId)
})
afterEach(async () => {
  await rooms.close()
  await log.close()
})

async function makeRoom(roomId: string): Promise<void> {
  const owner = { memberId: 'ana', name: 'Ana' }
  const settings = { title: 'T', model: 'm', instructions: '' }
  await log.createRoom({ commandId: newId(), roomId, ...settings, owner })
}

/** A connection that records the types of the updates it is sent. */
function somebody(memberId = 'ana'): Connection & { readonly types: string[] } {
  const types: string[] = []
  return {
    id: newId(),
    memberId,
    types,
    send: (update: Update) => void types.push(isDelta(update) ? 'delta' : update.type),
    enter: () => undefined,
    exit: () => undefined,
  }
}

const since = { epoch: 'of another', offset: 999, end: 0 }

describe('[R5.3] while storage is away', () => {
  beforeEach(async () => {
    await rooms.join(somebody(), 'seen', undefined)
    rooms.storageIs(AWAY)
    await settle()
    asked = []
  })

  it('a room in memory is shown to a member who joins, without asking the storage', async () => {
    const ana = somebody()
    const room = await rooms.join(ana, 'seen', undefined)
    expect(ana.types).toEqual(['snapshot', 'presence', 'storage', 'synced'])
    const again = somebody()
    // This position comes from a node that knew more: the join does not wait for entries that cannot arrive.
    await rooms.join(again, 'seen', { ...since, epoch: room.state.epoch })
    expect(again.types).toEqual(['snapshot', 'presence', 'storage', 'synced'])
    expect(asked).toEqual([])
  })

  it('other rooms, and people not known as members, are refused at once', async () => {
    const refused = { body: AWAY }
    await expect(rooms.join(somebody(), 'unseen', undefined)).rejects.toMatchObject(refused)
    await expect(rooms.join(somebody('bo'), 'seen', undefined)).rejects.toMatchObject(refused)
    expect(asked).toEqual([])
  })

  it('a command that would have to be saved is refused at once and never done; typing works', async () => {
    const base = { roomId: 'seen', commandId: 'c' }
    for (const command of [
      { type: 'post', ...base, text: 'Why?', ask: true },
      { type: 'post', ...base, text: 'Hello', ask: false },
      { type: 'cancel', ...base, generationId: 'g' },
      { type: 'retry', ...base, generationId: 'g' },
      { type: 'withdraw', ...base, messageId: 'm' },
      { type: 'resume', ...base },
    ] as const)
      await expect(rooms.perform('ana', command)).rejects.toMatchObject({ body: AWAY })
    expect(await rooms.perform('ana', { type: 'typing', ...base })).toEqual({ ok: true })
    expect(asked).toEqual([])
  })

  it('creating, admitting, inviting, ending invites and deleting are refused at once and never done', async () => {
    const person = { memberId: 'bo', name: 'Bo' }
    const refused = { body: AWAY }
    await expect(rooms.create(person, { title: 'T', instructions: '' })).rejects.toMatchObject(
      refused,
    )
    await expect(rooms.admit('seen', person, 'invite')).rejects.toMatchObject(refused)
    await expect(rooms.invite('ana', 'seen', 60_000)).rejects.toMatchObject(refused)
    await expect(rooms.endInvites('ana', 'seen')).rejects.toMatchObject(refused)
    await expect(rooms.remove('ana', 'seen')).rejects.toMatchObject(refused)
    expect(asked).toEqual([])
  })

  it('[R5.4] a member can stop an answer even if its room is not in memory', async () => {
    const stopped: unknown[] = []
    const answering = testRooms(log, new SimulatedClock(), newId, {
      knowsMember: (roomId, generationId, memberId) =>
        roomId === 'unseen' && generationId === 'g' && memberId === 'ana',
      stopAsking: (stop) => stopped.push(stop) > 0,
    })
    answering.storageIs(AWAY)
    const stop = { type: 'cancel', roomId: 'unseen', commandId: 'c', generationId: 'g' } as const
    const uncertain = { body: { code: 'storage-uncertain' } }
    await expect(answering.perform('ana', stop)).rejects.toMatchObject(uncertain)
    expect(stopped).toMatchObject([{ generationId: 'g', by: 'ana' }])
    await expect(answering.perform('bo', stop)).rejects.toMatchObject({ body: AWAY })
    expect(stopped).toHaveLength(1)
    expect(asked).toEqual([])
    await answering.close()
  })

  it('and once it is back, rooms work as before', async () => {
    rooms.storageIs(null)
    const ana = somebody()
    await rooms.join(ana, 'unseen', undefined)
    expect(ana.types).toEqual(['snapshot', 'presence', 'synced'])
    const post = { type: 'post', roomId: 'seen', commandId: 'c', text: 'Hi', ask: false } as const
    expect(await rooms.perform('ana', post)).toMatchObject({ ok: true })
  })
})

it('[R5.1] a node shuts down cleanly even while it is opening an unreadable room', async () => {
  let fails: (error: Error) => void = () => undefined
  const read = new Promise<never>((_, reject) => (fails = reject))
  const broken = new Proxy(log, {
    get: (target, name: keyof RoomLog) =>
      name === 'read' ? () => read : target[name].bind(target),
  })
  const down = testRooms(broken, new SimulatedClock(), newId)
  const joining = down.join(somebody(), 'seen', undefined)
  await settle()
  const closing = down.close()
  fails(new Error('away'))
  await expect(joining).rejects.toThrow('away')
  await expect(closing).resolves.toBeUndefined()
})

it('[R5.3] while storage is full, it is still asked: commands are tried, and rooms read', async () => {
  rooms.storageIs(FULL)
  const ana = somebody()
  await rooms.join(ana, 'unseen', undefined)
  await settle()
  expect(ana.types).toContain('storage')
  const post = { type: 'post', roomId: 'unseen', commandId: 'c', text: 'Hi', ask: false } as const
  expect(await rooms.perform('ana', post)).toMatchObject({ ok: true })
})

describe('[R5.3] the watchers of a room', () => {
  it('are told of each change once, and of the recovery only after the updates they missed', async () => {
    const told: unknown[] = []
    let hear: Parameters<RoomLog['follow']>[1] = () => undefined
    let reads: Promise<void> = Promise.resolve()
    const clock = new SimulatedClock()
    const distant = new Proxy(log, {
      get(target, name: keyof RoomLog) {
        if (name === 'follow')
          return (_: string, follower: typeof hear) => {
            hear = follower
            return Promise.resolve(() => undefined)
          }
        if (name === 'read') return () => reads.then(() => target.read('seen'))
        return target[name].bind(target)
      },
    })
    const room = await Room.open({
      roomId: 'seen',
      log: distant,
      presence: new MemoryPresence(clock),
      fanOut: {
        send: (_, update) => {
          if (isDelta(update)) return
          if (update.type === 'storage') told.push(update.error)
          if (update.type === 'snapshot') told.push('what was missed')
        },
      },
      clock,
      onDeleted: () => undefined,
      onError: () => undefined,
    })
    room.join(somebody(), undefined)
    for (let time = 0; time < 3; time++) room.storageIs(AWAY)
    expect(told).toEqual([AWAY])

    let arrives: () => void = () => undefined
    reads = new Promise((resolve) => (arrives = resolve))
    // A member on another node has posted, and this node learns of it only from the heartbeat.
    const post = { messageId: 'm', by: 'ana', text: 'Hi', ask: false, generationId: 'g' }
    await log.post('seen', { commandId: 'c', ...post })
    const { epoch, offset } = room.state
    hear({ type: 'heartbeat', epoch, offset: offset + 1, end: 0 })
    room.storageIs(null)
    expect(told).toEqual([AWAY])
    arrives()
    await expect.poll(() => told).toEqual([AWAY, 'what was missed', null])
    await room.close()
  })
})
