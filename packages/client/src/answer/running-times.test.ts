import { describe, expect, it } from 'vitest'
import { timesAfter } from './running-times.ts'

const reply = (end: number, generationId = 'g') => ({ generationId, end, at: 1000 })
const live = (now: number) => ({ now, witnessed: true })
const joining = (now: number) => ({ now, witnessed: false })

describe('the running time of a reply', () => {
  it('counts from the moment this screen saw it begin, whatever the server clock says', () => {
    expect(timesAfter(null, reply(0), live(500_000))).toMatchObject({
      began: 500_000,
      grew: 500_000,
    })
  })

  it('counts from its own beginning on a screen that joins later', () => {
    expect(timesAfter(null, reply(0), joining(31_000))).toMatchObject({ began: 1000, grew: 1000 })
    expect(timesAfter(null, reply(7), joining(31_000))).toMatchObject({ began: 1000, grew: 31_000 })
  })

  it('is never negative, even if the server clock is ahead', () => {
    expect(timesAfter(null, reply(0), joining(400)).began).toBe(400)
  })

  it('is not a day if one of the clocks is off by a day', () => {
    const day = 24 * 60 * 60 * 1000
    for (const now of [day + 1000, -day + 1000])
      expect(timesAfter(null, reply(0), joining(now))).toMatchObject({ began: now, grew: now })
  })

  it('continues through growth, silence and a lost connection', () => {
    const begun = timesAfter(null, reply(0), live(5000))
    const grown = timesAfter(begun, reply(3), live(6000))
    expect(grown).toMatchObject({ began: 5000, grew: 6000 })
    expect(timesAfter(grown, reply(3), joining(9000))).toBe(grown)
  })

  it('restarts with the next reply', () => {
    const begun = timesAfter(null, reply(0), live(5000))
    expect(timesAfter(begun, reply(0, 'next'), live(8000)).began).toBe(8000)
  })
})
