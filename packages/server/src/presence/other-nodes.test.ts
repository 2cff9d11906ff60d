import * as v from 'valibot'
import { beforeEach, describe, expect, test } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { type Announced, mergeAnnounced, readAnnouncement } from './announcement.ts'
import { OtherNodes } from './other-nodes.ts'

type AnnouncedMember = Announced[number]

describe('the lists of other nodes', () => {
  let clock: SimulatedClock
  let changes: number
  let others: OtherNodes
  beforeEach(() => {
    clock = new SimulatedClock()
    changes = 0
    others = new OtherNodes(clock, () => changes++)
  })
  const hear = (node: string, version: number, members: readonly string[], holds = 8000) => {
    const announced = members.map((memberId): [string, number, boolean] => [memberId, 1, false])
    others.hear({ node, version, holds, members: announced }, holds)
  }
  const here = () => mergeAnnounced(others.lists).map(({ memberId }) => memberId)

  test('are valid until they expire, longer if repeated, and only changes are reported', () => {
    hear('one', 1, ['ada'])
    clock.tick(5000)
    hear('one', 1, ['ada'])
    clock.tick(5000)
    expect([here(), changes]).toEqual([['ada'], 1])
    clock.tick(3000)
    expect([here(), changes]).toEqual([[], 2])
  })

  test('do not change when an older list arrives late, even after the node had no members left', () => {
    hear('one', 2, ['ada', 'ben'])
    hear('one', 1, ['eve'])
    expect(here()).toEqual(['ada', 'ben'])
    hear('one', 3, [])
    hear('one', 2, ['ada', 'ben'])
    expect([here(), changes]).toEqual([[], 2])
    clock.tick(60_000)
    expect(changes).toBe(2)
  })

  test('are cleared without a report and without leaving timers', () => {
    hear('one', 1, ['ada'])
    hear('two', 1, ['ben'])
    others.clear()
    expect([here(), changes, clock.pending]).toEqual([[], 2, 0])
  })

  test('give the first arrival of a member on any node', () => {
    for (const [node, arrival] of [
      ['one', 7],
      ['two', 5],
      ['three', 6],
    ] as const)
      others.hear({ node, version: 1, holds: 1, members: [['ada', arrival, false]] }, 1)
    expect(others.arrivalOf('ada')).toBe(5)
    expect(others.arrivalOf('ben')).toBeUndefined()
  })
})

describe('the merged list', () => {
  test('has for each member the look that is nearest to the live text', () => {
    const lists = [
      [['ada', 1, false, 'away'] as const, ['ben', 2, false] as const],
      [['ada', 3, false, 'behind'] as const, ['ben', 4, false, 'above'] as const],
    ].map((list) => list.map((one): AnnouncedMember => [...one]))
    expect(mergeAnnounced(lists)).toEqual([
      { memberId: 'ada', typing: false, look: 'behind' },
      { memberId: 'ben', typing: false, look: 'above' },
    ])
  })

  test('has each member once, by first arrival, writing if they write anywhere', () => {
    const lists = [
      [
        ['ben', 20, false] as [string, number, boolean],
        ['ada', 30, false] as [string, number, boolean],
      ],
      [
        ['ada', 10, true] as [string, number, boolean],
        ['eve', 20, false] as [string, number, boolean],
      ],
    ]
    const merged = [
      { memberId: 'ada', typing: true },
      { memberId: 'ben', typing: false },
      { memberId: 'eve', typing: false },
    ]
    expect(mergeAnnounced(lists)).toEqual(merged)
    expect(mergeAnnounced(lists.toReversed())).toEqual(merged)
  })
})

describe('an announcement', () => {
  const announcement = { node: 'one', version: 1, holds: 8000, members: [['ada', 5, true]] }

  test('is read as it was written, even with fields that a later version may add', () => {
    expect(readAnnouncement(JSON.stringify(announcement))).toEqual(announcement)
    expect(readAnnouncement(JSON.stringify({ ...announcement, more: 1 }))).toEqual(announcement)
  })

  test('has the look of a member, which a version that does not know it drops', () => {
    const told = { ...announcement, members: [['ada', 5, true, 'above']] }
    expect(readAnnouncement(JSON.stringify(told))).toEqual(told)
    const before = v.array(v.tuple([v.string(), v.number(), v.boolean()]))
    expect(v.parse(before, told.members)).toEqual(announcement.members)
    const later = { ...announcement, members: [['ada', 5, true, 'somewhere']] }
    expect(readAnnouncement(JSON.stringify(later))).toEqual(announcement)
  })

  test.each([
    ['', 'empty'],
    ['{', 'not JSON'],
    ['null', 'null'],
    [JSON.stringify({ ...announcement, members: ['ada'] }), 'of another shape'],
    [JSON.stringify({ ...announcement, holds: -1 }), 'with an impossible time'],
    [JSON.stringify({ ...announcement, members: [['a b', 1, true]] }), 'with an invalid id'],
  ])('is ignored if invalid: %j, %s', (text) => {
    expect(readAnnouncement(text)).toBe(null)
  })
})
