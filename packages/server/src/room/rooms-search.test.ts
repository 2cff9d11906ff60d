import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal, type SearchPage } from '@roomcast/shared/protocol'
import type { TestRoom } from '@roomcast/test/doubles/room.ts'
import { openTestRooms } from '@roomcast/test/doubles/rooms.ts'
import type { Rooms } from './rooms.ts'

let opened: Awaited<ReturnType<typeof openTestRooms>>
let room: TestRoom
let rooms: Rooms
beforeEach(async () => ({ room, rooms } = opened = await openTestRooms()))
afterEach(() => opened.close())

const search = (query: string, before?: number) => rooms.search('alice', room.roomId, query, before)

async function walk(query: string): Promise<SearchPage[]> {
  const pages: SearchPage[] = []
  for (let next: number | undefined | null; next !== null; next = pages.at(-1)?.next)
    pages.push(await search(query, next))
  return pages
}

describe('a search', () => {
  it('finds messages, newest first, with author and offset', async () => {
    for (const text of ['The first apple', 'no fruit', 'Äpfel and APPLES'])
      await room.say('bob', text)
    const { found, next } = await search('apple')
    expect(next).toBeNull()
    expect(
      found.map(({ kind, by, passage, from, to }) => [kind, by, passage.slice(from, to)]),
    ).toEqual([
      ['said', 'bob', 'APPLE'],
      ['said', 'bob', 'apple'],
    ])
    const { messages } = await rooms.page('alice', room.roomId, {}, 10)
    const last = messages.at(-1)
    expect(found[0]).toMatchObject({
      offset: last?.offset,
      id: last?.kind === 'said' ? last.messageId : '',
    })
  })

  it('returns 20 at a time and continues where it stopped', async () => {
    for (let index = 1; index <= 45; index++) await room.say('bob', `needle ${index}.`)
    const pages = await walk('needle')
    expect(pages.map(({ found }) => found.length)).toEqual([20, 20, 5])
    const numbers = pages.flatMap(({ found }) =>
      found.map(({ passage }) => parseInt(passage.slice(7))),
    )
    expect(numbers).toEqual(Array.from({ length: 45 }, (_, index) => 45 - index))
  })

  it('[R7.1] covers 4 MiB per call, and everything in the end', async () => {
    await room.say('bob', 'needle')
    for (let index = 1; index <= 100; index++) await room.say('bob', 'hay '.repeat(16 * 1024))
    const pages = await walk('needle')
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(({ found }) => found)).toHaveLength(1)
  })

  it('[R7.1] yields to others while it runs', async () => {
    for (let index = 1; index <= 60; index++) await room.say('bob', 'hay '.repeat(16 * 1024))
    let turns = 0
    let beat = setImmediate(function count() {
      turns += 1
      beat = setImmediate(count)
    })
    await search('needle')
    clearImmediate(beat)
    expect(turns).toBeGreaterThan(3)
  })

  it('is refused to people who are not members', async () => {
    await expect(rooms.search('eve', room.roomId, 'x', undefined)).rejects.toThrow(Refusal)
  })
})
