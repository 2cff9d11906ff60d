// Rooms and their connections, one behaviour at a time.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS, type RoomState, type Update } from '@roomcast/shared/protocol'
import { positionOf } from '@roomcast/shared/room'
import type { LogUpdate } from '@roomcast/server/judge/room-log.ts'
import { codeOf, House, isRefusal, type Watching } from './house.ts'

let house: House
/** The updates that followers of the log miss. */
let deaf: (update: LogUpdate) => boolean

beforeEach(async () => {
  deaf = () => false
  house = await House.make((update) => !deaf(update))
})

afterEach(async () => {
  await house.close()
})

function types(watching: Watching): string[] {
  return watching.updates.map((update) => ('type' in update ? update.type : 'delta'))
}

describe('joining a room', () => {
  test('[R1.6] gives the room, the presence and `synced`, in this order', async () => {
    const alice = await house.watch('alice')
    expect(types(alice)).toEqual(['snapshot', 'presence', 'synced'])
    expect(alice.folded()).toEqual(await house.room.state())
    expect(alice.updates[1]).toMatchObject({ members: [{ memberId: 'alice', typing: false }] })
  })

  test('[R1.6] loses nothing between the initial state and the live updates', async () => {
    const started = await house.answering('0')
    const watching = Array.from({ length: 20 }, () => house.connect('bob'))
    let end = 1
    for (const one of watching) {
      void one.join()
      end = await house.room.write(started, end, `${end} `)
      await house.room.say('carol', 'meanwhile')
    }
    await house.clock.advance(0)
    await house.room.end(started, 'completed')
    const state = await house.room.state()
    for (const one of watching) expect(one.folded()).toEqual(state)
  })

  test('[R6.2] is refused in the same way for strangers and for rooms that do not exist', async () => {
    const mallory = house.connect('mallory')
    const stranger = await mallory.join('room')
    expect(codeOf(stranger)).toBe('room-not-found')
    expect(await mallory.join('nowhere')).toEqual(stranger)
    expect(mallory.updates).toEqual([])
    expect(house.rooms.size).toBe(0)
  })

  test('several rooms in a row on one connection ends in the last one', async () => {
    const alice = house.connect('alice')
    const results = await Promise.all(
      ['room', 'other', 'room', 'other'].map((id) => alice.join(id)),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(house.presence.present('other')).toHaveLength(1)
    alice.took()
    await house.room.say('bob', 'nobody from the other room hears this')
    expect(alice.took()).toEqual([])
    await house.clock.advance(10_000)
    expect(house.presence.present('room')).toEqual([])
    expect(alice.took()).toContain('heartbeat')
  })

  test('[R4.3] that is refused leaves the present room as it is', async () => {
    const alice = await house.watch('alice')
    alice.took()
    expect(codeOf(await alice.join('nowhere'))).toBe('room-not-found')
    await alice.leave('nowhere')
    await house.room.say('bob', 'Hello')
    expect(alice.took()).toEqual(['entries'])
  })

  test('is undone if the connection ends meanwhile', async () => {
    const alice = house.connect('alice')
    const joined = alice.join()
    alice.close()
    await joined
    await house.clock.advance(10_000)
    expect(house.presence.present('room')).toEqual([])
    alice.took()
    await house.room.say('bob', 'hello?')
    expect(alice.took()).toEqual([])
  })

  test('again on the same connection continues it, without sending anything twice', async () => {
    const alice = await house.watch('alice')
    const state = alice.folded()
    await alice.join('room', positionOf(state))
    await house.room.say('bob', 'hello')
    expect(types(alice).filter((type) => type === 'entries')).toHaveLength(1)
    expect(alice.folded()).toEqual(await house.room.state())
  })
})

describe('rejoining', () => {
  /** Leaves, lets things happen, and rejoins from the earlier position. */
  async function comeBack(
    happens: () => Promise<unknown>,
    place: (state: RoomState) => Parameters<Watching['join']>[1] = positionOf,
  ): Promise<{ first: Update | undefined; screen: () => RoomState }> {
    const bob = await house.watch('bob')
    const state = bob.folded()
    await bob.leave()
    bob.took()
    await happens()
    const joining = bob.join('room', place(state))
    // The node waits at most a second for updates that it has not heard yet.
    await house.clock.advance(1000)
    await joining
    return { first: bob.updates[0], screen: () => bob.folded(state) }
  }

  test('[R1.6] gives only the missing part of a running reply', async () => {
    const started = await house.answering('Because ')
    const { first, screen } = await comeBack(() => house.room.write(started, 8, 'it ', 'is.'))
    expect(first).toMatchObject({ type: 'tail', entries: [], runs: [{ at: 8, text: 'it is.' }] })
    expect(screen()).toEqual(await house.room.state())
  })

  test('[R1.6] gives the rest and the end of a reply that ended meanwhile', async () => {
    const started = await house.answering('Because ')
    const { first, screen } = await comeBack(async () => {
      await house.room.write(started, 8, 'it is.')
      await house.room.end(started, 'completed')
    })
    expect(first).toMatchObject({
      type: 'tail',
      entries: [{ type: 'generation-ended' }],
      runs: [{ at: 8, text: 'it is.' }],
    })
    expect(screen()).toEqual(await house.room.state())
  })

  test('[R1.6] gives all of several replies written meanwhile', async () => {
    const started = await house.answering('One ')
    const { first, screen } = await comeBack(async () => {
      await house.room.end(started, 'failed')
      for (const text of ['Two 🎉', 'Three']) {
        const next = await house.room.asked('carol', 'And?')
        await house.room.write(next, 0, { text: 'hm', mark: 'thinking' })
        await house.room.write(next, 2, { text, mark: 'text' })
        await house.room.end(next, 'completed')
      }
      await house.answering('Four')
    })
    expect(first).toMatchObject({
      type: 'tail',
      runs: [{ number: 1, at: 4, text: '' }, { number: 2 }, { number: 3 }, { number: 4 }],
    })
    expect(screen()).toEqual(await house.room.state())
  })

  test('[R1.6] gives nothing if nothing was missed', async () => {
    const { first } = await comeBack(() => Promise.resolve())
    expect(first).toMatchObject({ type: 'tail', entries: [], runs: [] })
  })

  test('[R1.5] gives the whole reply if its bytes are in doubt', async () => {
    await house.answering('Because')
    const { first } = await comeBack(
      () => Promise.resolve(),
      (state) => ({ ...positionOf(state), end: 0 }),
    )
    expect(first).toMatchObject({ type: 'tail', runs: [{ at: 0, text: 'Because' }] })
  })

  test.each([
    ['ahead of the log', (state: RoomState) => ({ ...positionOf(state), offset: 99 })],
    ['of another epoch', (state: RoomState) => ({ ...positionOf(state), epoch: 'another' })],
    ['that is invalid', () => undefined],
  ])('[R1.6] from a position %s gives the whole room', async (_, place) => {
    const { first, screen } = await comeBack(() => house.room.say('alice', 'hello'), place)
    expect(first).toMatchObject({ type: 'snapshot' })
    expect(screen()).toEqual(await house.room.state())
  })

  test('[R1.6] waits for a position that this node has not heard of yet', async () => {
    const bob = await house.watch('bob')
    const before = bob.folded()
    await bob.leave()
    bob.took()
    const joining = bob.join('room', { ...positionOf(before), offset: before.offset + 1 })
    await house.clock.advance(500)
    expect(bob.updates).toEqual([])
    await house.room.say('alice', 'hello')
    await joining
    expect(bob.updates[0]).toMatchObject({ type: 'tail', entries: [], runs: [] })
    expect(bob.took()).toEqual(['tail', 'presence', 'synced'])
  })

  test('[R1.6] gives the whole room for a position that is too old', async () => {
    const { first, screen } = await comeBack(async () => {
      for (let count = 0; count < 1010; count++) await house.room.say('alice', `${count}`)
    })
    expect(first).toMatchObject({ type: 'snapshot' })
    expect(screen()).toEqual(await house.room.state())
  })

  test('[R1.6] gives the whole room if the reply has left the window meanwhile', async () => {
    const { first, screen } = await comeBack(async () => {
      const started = await house.answering('Because.')
      await house.room.end(started, 'completed')
      for (let count = 0; count < LIMITS.windowMessages + 5; count++)
        await house.room.say('alice', `${count}`)
    })
    expect(first).toMatchObject({ type: 'snapshot' })
    expect(screen()).toEqual(await house.room.state())
  })
})

describe('an open room', () => {
  test('closes a minute after the last watcher has gone, and leaves nothing behind', async () => {
    const [alice, bob] = [await house.watch('alice'), await house.watch('bob')]
    alice.close()
    await house.clock.advance(120_000)
    expect(house.rooms.size).toBe(1)
    bob.close()
    await house.clock.advance(59_999)
    expect(house.rooms.size).toBe(1)
    await house.clock.advance(1)
    expect([house.rooms.size, house.log.followers]).toEqual([0, 0])
    house.gateway.close()
    await house.events.close()
    expect(house.clock.pending).toBe(0)
  })

  test('stays open if a watcher returns in time', async () => {
    const alice = await house.watch('alice')
    alice.close()
    await house.clock.advance(59_000)
    const again = await house.watch('alice')
    await house.clock.advance(120_000)
    expect([house.rooms.size, house.log.followers]).toEqual([1, 1])
    await house.room.say('bob', 'still there?')
    expect(again.folded()).toEqual(await house.room.state())
  })

  test('closes after a mere read as well', async () => {
    await house.rooms.page('alice', 'room', {}, 10)
    expect(house.rooms.size).toBe(1)
    await house.clock.advance(60_000)
    expect([house.rooms.size, house.log.followers]).toEqual([0, 0])
  })

  test('sends its position every 10 s, and every 2 s while Claude answers', async () => {
    const alice = await house.watch('alice')
    await house.clock.advance(1000)
    alice.took()
    await house.clock.advance(20_000)
    expect(alice.took()).toEqual(['heartbeat', 'heartbeat'])
    const started = await house.answering('Because')
    alice.took()
    await house.clock.advance(6000)
    expect(alice.updates).toHaveLength(3)
    const { epoch, offset } = await house.room.state()
    expect(alice.updates[2]).toEqual({ type: 'heartbeat', epoch, offset, end: 7 })
    await house.room.end(started, 'completed')
    alice.took()
    await house.clock.advance(9999)
    expect(alice.took()).toEqual([])
    await house.clock.advance(1)
    expect(alice.took()).toEqual(['heartbeat'])
  })

  test('opens from its checkpoint with the same room', async () => {
    const alice = await house.watch('alice')
    for (let count = 0; count < 130; count++) await house.room.say('bob', `${count}`)
    const { checkpoint } = await house.log.read('room')
    expect(checkpoint.offset).toBeGreaterThan(99)
    alice.close()
    await house.clock.advance(60_000)
    const again = await house.watch('alice')
    expect(again.folded()).toEqual(alice.folded())
  })
})

describe('a gap in the updates of the log', () => {
  test('[R1.3] is read again, and every watcher gets the room', async () => {
    const started = await house.answering('a')
    const [alice, bob] = [await house.watch('alice'), await house.watch('bob')]
    deaf = (update) => !('type' in update) && update[2] === 'b'
    await house.room.write(started, 1, 'b', 'c', 'd')
    await house.clock.advance(0)
    await house.room.end(started, 'completed')
    for (const one of [alice, bob]) expect(one.folded()).toEqual(await house.room.state())
  })

  test('[R1.4] of entries is read again as well', async () => {
    const alice = await house.watch('alice')
    deaf = (update) => 'type' in update && update.type === 'entries'
    await house.room.say('bob', 'lost')
    deaf = () => false
    await house.room.say('bob', 'heard')
    await house.clock.advance(0)
    expect(alice.folded()).toEqual(await house.room.state())
  })

  test('that hid the start of an answer is followed by heartbeats every 2 s', async () => {
    const alice = await house.watch('alice')
    await house.clock.advance(1000)
    deaf = (update) => 'type' in update && update.type === 'entries'
    await house.answering('a')
    deaf = () => false
    await house.room.say('bob', 'heard')
    await house.clock.advance(0)
    alice.took()
    await house.clock.advance(6000)
    expect(alice.took()).toEqual(['heartbeat', 'heartbeat', 'heartbeat'])
  })

  test('is read again until storage answers', async () => {
    const alice = await house.watch('alice')
    deaf = () => true
    await house.room.say('bob', 'lost')
    deaf = () => false
    house.log.goAway(3000)
    await house.room.say('bob', 'heard')
    await house.clock.advance(2999)
    expect(house.errors.every((error) => isRefusal(error, 'storage-unavailable'))).toBe(true)
    expect(house.errors.length).toBeGreaterThan(0)
    await house.clock.advance(2000)
    expect(alice.folded()).toEqual(await house.room.state())
  })

  test('in a room that is closed meanwhile is no longer read', async () => {
    await house.watch('alice')
    house.log.goAway(1_000_000)
    deaf = () => true
    await house.room.say('bob', 'lost')
    deaf = () => false
    await house.room.say('bob', 'heard')
    await house.clock.advance(10_000)
    await house.rooms.close()
    house.gateway.close()
    const count = house.errors.length
    await house.clock.advance(60_000)
    expect(house.errors).toHaveLength(count)
  })
})

describe('a deleted room', () => {
  const closed = { type: 'closed', error: { code: 'room-not-found', retryable: false } }

  test('is closed for every watcher, and leaves nothing behind', async () => {
    const all = [await house.watch('alice'), await house.watch('bob')]
    await house.rooms.remove('alice', 'room')
    await house.clock.advance(0)
    for (const one of all) expect(one.updates.at(-1)).toMatchObject(closed)
    expect([house.rooms.size, house.log.followers]).toEqual([0, 0])
    await house.clock.advance(10_000)
    expect(house.presence.present('room')).toEqual([])
    expect(codeOf((await all[0]?.join()) ?? { ok: true })).toBe('room-not-found')
  })

  test('is closed for a stalled watcher too, and not shown again after it drains', async () => {
    const alice = await house.watch('alice')
    alice.unread = 100
    await house.clock.advance(300)
    await house.rooms.remove('alice', 'room')
    alice.unread = 0
    await house.clock.advance(300)
    expect(alice.updates.at(-1)).toMatchObject(closed)
    await house.clock.advance(10_000)
    expect(house.presence.present('room')).toEqual([])
  })

  test('can only be deleted by its owner', async () => {
    await expect(house.rooms.remove('bob', 'room')).rejects.toMatchObject({
      body: { code: 'not-yours' },
    })
  })
})
