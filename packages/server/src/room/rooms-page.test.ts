import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Message, Refusal } from '@roomcast/shared/protocol'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TestRoom } from '@roomcast/test/doubles/room.ts'
import { testRooms } from '@roomcast/test/doubles/rooms.ts'
import type { RoomLog } from '../judge/room-log.ts'
import type { Rooms } from './rooms.ts'

const KIB = 1024

let room: TestRoom
let rooms: Rooms
/** The total number of messages requested from the log. */
let asked: number

beforeEach(async () => {
  const clock = new SimulatedClock()
  room = await TestRoom.open(clock)
  asked = 0
  const log: RoomLog = new Proxy(room.log, {
    get(target, name: keyof RoomLog) {
      if (name !== 'page') return target[name].bind(target)
      return (roomId: string, before: number, limit: number) => {
        asked += limit
        return target.page(roomId, before, limit)
      }
    },
  })
  rooms = testRooms(log, clock, () => room.newId())
})
afterEach(async () => {
  await rooms.close()
  await room.log.close()
})

async function say(count: number, bytes: number): Promise<void> {
  for (let index = 1; index <= count; index++) await room.say('bob', `${index} `.padEnd(bytes, 'x'))
}

const page = (before: number | undefined, limit: number) =>
  rooms.page('alice', room.roomId, { before }, limit)

function numbers(messages: readonly Message[]): number[] {
  return messages.map(({ text }) => Number(text.split(' ')[0]))
}

const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('a page of messages', () => {
  it('holds the requested number of newest messages, oldest first', async () => {
    await say(60, 10)
    const newest = await page(undefined, 25)
    expect([numbers(newest.messages), newest.earlier]).toEqual([from(36, 60), true])
    const rest = await page(newest.messages[0]?.offset, 100)
    expect([numbers(rest.messages), rest.earlier]).toEqual([from(1, 35), false])
    const all = await page(undefined, 60)
    expect([numbers(all.messages), all.earlier]).toEqual([from(1, 60), false])
  })

  it('[R7.1] holds at most 1 MiB of text, and paging back returns everything once', async () => {
    await say(40, 64 * KIB)
    const walked: number[][] = []
    for (let before: number | undefined, earlier = true; earlier;) {
      const next = await page(before, 100)
      walked.unshift(numbers(next.messages))
      before = next.messages[0]?.offset
      earlier = next.earlier
    }
    expect(walked).toEqual([from(1, 8), from(9, 24), from(25, 40)])
  })

  it('[R7.1] reads little more from the log than it returns', async () => {
    await say(100, 64 * KIB)
    expect((await page(undefined, 100)).messages).toHaveLength(16)
    expect(asked).toBeLessThanOrEqual(30)
  })

  it('[R7.1] holds at least one message, however long', async () => {
    await say(2, 2 * KIB * KIB)
    const newest = await page(undefined, 100)
    expect([numbers(newest.messages), newest.earlier]).toEqual([[2], true])
    const first = await page(newest.messages[0]?.offset, 100)
    expect([numbers(first.messages), first.earlier]).toEqual([[1], false])
  })

  it('can begin after an offset, and paging forward returns everything once', async () => {
    await say(37, 10)
    const walked: number[][] = []
    for (let after = 0, later = true; later;) {
      const next = await rooms.page('alice', room.roomId, { after }, 15)
      walked.push(numbers(next.messages))
      expect(next.earlier).toBe(after > 0)
      after = next.messages.at(-1)?.offset ?? Number.MAX_SAFE_INTEGER
      later = next.later ?? false
    }
    expect(walked).toEqual([from(1, 15), from(16, 30), from(31, 37)])
  })

  it('after an offset skips any number of entries that are not messages', async () => {
    await say(1, 10)
    for (let index = 0; index < 150; index++)
      await rooms.admit(room.roomId, { memberId: `m${index}`, name: `M ${index}` })
    await say(3, 10)
    const page = await rooms.page('alice', room.roomId, { after: 0 }, 10)
    expect(numbers(page.messages)).toEqual([1, 1, 2, 3])
    expect(page).toMatchObject({ earlier: false, later: false })
  })

  it('[R7.1] after an offset holds at most 1 MiB of text', async () => {
    await say(40, 64 * KIB)
    const page = await rooms.page('alice', room.roomId, { after: 0 }, 100)
    expect(numbers(page.messages)).toEqual(from(1, 16))
    expect(page).toMatchObject({ earlier: false, later: true })
  })

  it('around a message has it in the middle', async () => {
    await say(60, 10)
    const all = await page(undefined, 60)
    const thirtieth = all.messages[29]?.offset ?? 0
    const around = await rooms.page('alice', room.roomId, { around: thirtieth }, 11)
    expect(numbers(around.messages)).toEqual(from(25, 35))
    expect(around).toMatchObject({ earlier: true, later: true })
    const newest = await rooms.page('alice', room.roomId, { around: 1e9 }, 10)
    expect(numbers(newest.messages)).toEqual(from(56, 60))
    expect(newest).toMatchObject({ earlier: true, later: false })
  })

  it('is empty before the first message', async () => {
    await say(1, 10)
    expect(await page(1, 100)).toEqual({ messages: [], earlier: false, later: false })
  })

  it('is refused to people who are not members', async () => {
    await expect(rooms.page('eve', room.roomId, {}, 1)).rejects.toThrow(Refusal)
  })
})
