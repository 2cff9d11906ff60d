import type { Entry } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import type { EntryLog, Footing, Found, Moved } from './entry-log.ts'
import { afterEntries, afterHearing, caughtUp, type Known, unknown } from './known.ts'
import { fingerprintOf } from './fingerprint.ts'

const joined = (offset: number, memberId: string): Entry => ({
  offset,
  at: offset,
  type: 'member-joined',
  memberId,
  name: memberId,
  role: 'member',
})
const said = (offset: number): Entry => ({
  offset,
  at: offset,
  type: 'message-posted',
  messageId: `m${offset}`,
  by: 'alice',
  text: 'Hello',
  ask: false,
})

/** A room with one member, and some talk after that. */
function aRoom(): Known {
  return afterEntries(unknown('one'), [joined(1, 'alice'), said(2)])
}
/** An answer of the log. */
function told(more: Partial<Moved>): Moved {
  const { entries = [] } = more
  const ground = { epoch: 'one', offset: 1, fingerprint: '' }
  const last = entries.at(-1)?.offset ?? 0
  return {
    type: 'moved',
    ground,
    after: 'ground',
    entries,
    fingerprint: '',
    last,
    running: null,
    number: 0,
    ...more,
  }
}
/** A log that gives these answers, in order. */
function answering(answers: Moved[]) {
  const asked: Footing[] = []
  const find: EntryLog['find'] = (_, _ids, footing): Promise<Found | Moved> => {
    if (footing) asked.push(footing)
    const answer = answers.shift()
    return answer
      ? Promise.resolve(answer)
      : Promise.reject(new Error('it was asked once too often'))
  }
  return { log: { find }, asked }
}
const SILENT = answering([]).log
const membersOf = ({ docket }: Known) => [...docket.members.keys()]

describe('the knowledge of a room', () => {
  it('has the last entry that decisions depend on as its ground', () => {
    const known = aRoom()
    expect(known.ground).toEqual({
      epoch: 'one',
      offset: 1,
      fingerprint: fingerprintOf(joined(1, 'alice')),
    })
    expect(known).toMatchObject({ docket: { offset: 2 }, unsaved: 2 })
  })

  it('advances with entries heard in order, and ignores repeated ones', () => {
    const known = afterHearing(aRoom(), [said(2), joined(3, 'bob')])
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known.ground.offset).toBe(3)
    expect(afterHearing(known, [joined(3, 'bob')])).toBe(known)
  })

  it('ignores entries beyond a gap, where something may be missing', () => {
    const known = aRoom()
    expect(afterHearing(known, [joined(4, 'carol')])).toBe(known)
  })

  it('advances with its own appends, past talk that it has not heard', () => {
    const known = afterEntries(aRoom(), [joined(9, 'bob')])
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known.docket).toMatchObject({ offset: 9, admission: 9 })
    expect(afterHearing(known, [said(5)])).toBe(known)
    expect(afterEntries(known, [])).toBe(known)
  })

  it('catches up from its ground, even if talk after it was lost and other entries came', async () => {
    const ahead = afterHearing(aRoom(), [said(3), said(4)])
    const ground = { epoch: 'one', offset: 2, fingerprint: 'of bob' }
    const known = await caughtUp(
      SILENT,
      'room',
      ahead,
      told({ ground, entries: [joined(2, 'bob')] }),
    )
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known).toMatchObject({ docket: { offset: 2 }, ground })
  })

  it('catches up until nothing is missing, and takes the running generation from the log', async () => {
    const ground = { epoch: 'one', offset: 3, fingerprint: 'of carol' }
    const first = told({ ground, entries: [joined(2, 'bob')], last: 4, fingerprint: 'of bob' })
    const rest = told({ ground, entries: [joined(3, 'carol'), said(4)], running: 'g7', number: 7 })
    const { log, asked } = answering([first, rest])
    const known = await caughtUp(log, 'room', aRoom())
    expect(membersOf(known)).toEqual(['alice', 'bob', 'carol'])
    expect(known).toMatchObject({ ground, docket: { offset: 4, running: 'g7', number: 7 } })
    expect(asked.map(({ read }) => read)).toEqual([
      aRoom().read,
      { offset: 2, fingerprint: 'of bob' },
    ])
  })

  it('is up to date even if talk follows the last entry that decisions depend on', async () => {
    const ground = { epoch: 'one', offset: 3, fingerprint: 'of carol' }
    const entries = [joined(2, 'bob'), joined(3, 'carol')]
    const { log, asked } = answering([told({ ground, entries, last: 9, running: 'g7', number: 7 })])
    const known = await caughtUp(log, 'room', aRoom())
    expect(known).toMatchObject({ ground, docket: { offset: 9, running: 'g7', number: 7 } })
    expect(asked).toHaveLength(1)
    expect(membersOf(afterHearing(known, [joined(10, 'dora')]))).toContain('dora')
  })

  it('starts over in another epoch, and if a saved docket cannot be read', async () => {
    const ground = { epoch: 'two', offset: 1, fingerprint: 'of dora' }
    const saved = told({ ground, after: { docket: '{' }, entries: [] })
    const { log, asked } = answering([saved, told({ ground, entries: [joined(1, 'dora')] })])
    const known = await caughtUp(log, 'room', aRoom())
    expect(membersOf(known)).toEqual(['dora'])
    expect(asked[1]).toEqual(unknown('two'))
    const other = told({ ground, after: 'nothing', entries: [joined(1, 'eve')] })
    expect(membersOf(await caughtUp(SILENT, 'room', known, other))).toEqual(['eve'])
  })
})
