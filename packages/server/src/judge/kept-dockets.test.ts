import { describe, expect, it } from 'vitest'
import { type Docket, EMPTY_DOCKET } from '../decide/docket.ts'
import { KeptDockets } from './kept-dockets.ts'

const MOST = { rooms: 3, members: 10 }

function known(members: number): { readonly docket: Docket } {
  const membership = { name: 'Somebody', role: 'member', gone: null } as const
  const all = Array.from(
    { length: members },
    (_, index) => [`member-${index}`, membership] as const,
  )
  return { docket: { ...EMPTY_DOCKET, offset: 1, members: new Map(all) } }
}

describe('the kept dockets', () => {
  it('are those of the most recently used rooms', () => {
    const dockets = new KeptDockets(MOST)
    const [one, two, three, four] = [known(1), known(1), known(1), known(1)]
    dockets.keep('one', one)
    dockets.keep('two', two)
    dockets.keep('three', three)
    dockets.keep('one', one)
    dockets.keep('four', four)
    expect(dockets.size.rooms).toBe(MOST.rooms)
    expect(dockets.get('one')).toBe(one)
    expect(dockets.get('two')).toBeUndefined()
    expect(dockets.get('four')).toBe(four)
  })

  it('have no more members together than the limit', () => {
    const dockets = new KeptDockets(MOST)
    dockets.keep('one', known(6))
    dockets.keep('one', known(4))
    dockets.keep('two', known(6))
    expect(dockets.size).toEqual({ rooms: 2, members: 10 })
    dockets.keep('three', known(5))
    expect(dockets.size).toEqual({ rooms: 1, members: 5 })
    dockets.keep('four', known(11))
    expect(dockets.size).toEqual({ rooms: 0, members: 0 })
    dockets.keep('five', known(1))
    dockets.forget('five')
    dockets.forget('five')
    expect(dockets.size).toEqual({ rooms: 0, members: 0 })
  })
})
