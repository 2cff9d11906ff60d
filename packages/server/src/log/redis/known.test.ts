import type { Entry } from '@roomcast/shared/protocol'
import { describe, expect, it } from 'vitest'
import { EMPTY_DOCKET } from '../../decide/docket.ts'
import { afterAppend, afterHearing, caughtUp, type Known, NO_GROUND } from './known.ts'
import { markOf } from './repair/recent.ts'

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

/** A room with one member, and some talk after. */
function aRoom(): Known {
  const empty: Known = { epoch: 'one', docket: EMPTY_DOCKET, ground: NO_GROUND, unsaved: 0 }
  return afterAppend(empty, [joined(1, 'alice'), said(2)])
}
const membersOf = ({ docket }: Known) => [...docket.members.keys()]

describe('what is known of a room', () => {
  it('stands on the last entry that decisions depend on', () => {
    const known = aRoom()
    expect(known.ground).toEqual({ offset: 1, mark: markOf(joined(1, 'alice')) })
    expect(known).toMatchObject({ docket: { offset: 2 }, unsaved: 2 })
  })

  it('goes on with what is heard in its order, also for the second time', () => {
    const known = afterHearing(aRoom(), [said(2), joined(3, 'bob')])
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known.ground.offset).toBe(3)
    expect(afterHearing(known, [joined(3, 'bob')])).toBe(known)
  })

  it('leaves out what comes beyond a gap: something may be missing there', () => {
    const known = aRoom()
    expect(afterHearing(known, [joined(4, 'carol')])).toBe(known)
  })

  it('goes on with what it has appended, over talk that it has not heard', () => {
    const known = afterAppend(aRoom(), [joined(9, 'bob')])
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known.docket).toMatchObject({ offset: 9, admission: 9 })
    expect(afterHearing(known, [said(5)])).toBe(known)
    expect(afterAppend(known, [])).toBe(known)
  })

  it('catches up from its ground, also where talk after it was lost and others came', () => {
    const ahead = afterHearing(aRoom(), [said(3), said(4)])
    const ground = { offset: 2, mark: 'of bob' }
    const known = caughtUp(ahead, [joined(2, 'bob')], ground)
    expect(membersOf(known)).toEqual(['alice', 'bob'])
    expect(known).toMatchObject({ docket: { offset: 2 }, ground })
  })
})
