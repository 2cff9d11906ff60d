import { describe, expect, it } from 'vitest'
import { LIMITS } from '@roomcast/shared/protocol'
import { freeName } from './free-name.ts'

const people = (...names: string[]) => names.map((name, index) => ({ memberId: `m${index}`, name }))

describe('the name of a new member', () => {
  it('is their own if nobody else has it', () => {
    expect(freeName({ memberId: 'new', name: 'Alice' }, people('Bob', 'Alicia'))).toBe('Alice')
  })

  it.each(['Alice', 'ALICE', 'A lice', 'Ａｌｉｃｅ', 'al\u00ADice', '𝐀lice'])(
    'gets a number if there is an Alice and they join as %j',
    (name) => {
      expect(freeName({ memberId: 'new', name }, people('Alice'))).toBe(`${name} (2)`)
    },
  )

  it('gets the first free number', () => {
    const members = people('Alice', 'alice(2)', 'Alice (4)')
    expect(freeName({ memberId: 'new', name: 'Alice' }, members)).toBe('Alice (3)')
  })

  it.each(['x'.repeat(LIMITS.nameLength), '🎉'.repeat(LIMITS.nameLength / 2)])(
    'stays within the limit and well-formed with its number: %s',
    (name) => {
      const free = freeName({ memberId: 'new', name }, people(name))
      expect(free.length).toBeLessThanOrEqual(LIMITS.nameLength)
      expect(free).toMatch(/^(x+|(🎉)+) \(2\)$/u)
    },
  )
})

describe('the name of a member who joins again', () => {
  it('stays as it is, with its number', () => {
    const members = people('Alice', 'Alice (2)', 'Alice (3)')
    expect(freeName({ memberId: 'm2', name: 'Alice' }, members)).toBe('Alice (3)')
  })

  it('keeps its number when nobody else has the name any more', () => {
    const members = people('Carol', 'Dave', 'Alice (3)')
    expect(freeName({ memberId: 'm2', name: 'Alice' }, members)).toBe('Alice (3)')
  })

  it('changes to the new one if they now join under another name', () => {
    const members = people('Alice', 'Alice (2)')
    expect(freeName({ memberId: 'm1', name: 'Bob' }, members)).toBe('Bob')
    expect(freeName({ memberId: 'm0', name: 'ALICE' }, members)).toBe('ALICE')
  })

  it('gets a number if another member already has it', () => {
    expect(freeName({ memberId: 'm1', name: 'Alice' }, people('Alice', 'Alice'))).toBe('Alice (2)')
  })
})
