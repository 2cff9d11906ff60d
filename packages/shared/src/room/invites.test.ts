import { describe, expect, it } from 'vitest'
import { isInviteOpen, mayInvite, openInvites } from './invites.ts'
import { emptyRoom } from './state.ts'

const invite = (inviteId: string, until: number) => ({ inviteId, by: 'ana', at: 1, until })
const room = (more: object) => ({ ...emptyRoom('r', 'e'), ...more })

describe('[R6.8] a link', () => {
  it('is open until it expires', () => {
    const state = room({ invites: { open: [invite('a', 10), invite('b', 20)] } })
    expect(openInvites(state, 10).map(({ inviteId }) => inviteId)).toEqual(['b'])
    expect(['a', 'b', 'c'].map((id) => isInviteOpen(state, id, 10))).toEqual([false, true, false])
  })

  it('of a version that kept no list is open until links are ended', () => {
    expect(isInviteOpen(room({}), undefined, 10)).toBe(true)
    expect(isInviteOpen(room({ invites: { open: [], ended: true } }), undefined, 10)).toBe(false)
  })

  it('can be made by every member or only by the owner, as set', () => {
    const members = [
      { memberId: 'ana', name: 'Ana', role: 'owner' as const },
      { memberId: 'bo', name: 'Bo', role: 'member' as const },
    ]
    const may = (more: object) =>
      ['ana', 'bo', 'cy'].map((id) => mayInvite(room({ members, ...more }), id))
    expect(may({})).toEqual([true, true, false])
    expect(may({ inviters: 'owner' })).toEqual([true, false, false])
  })
})
