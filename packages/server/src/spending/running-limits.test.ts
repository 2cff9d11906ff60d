import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import type { Waiting } from '../judge/room-log.ts'
import { RunningLimits } from './running-limits.ts'

const clock = new SimulatedClock(0)

/** The name of a member is their address and a number: `home-1`. */
const limits = (perNode = 6, perMember = 2, perAddress = 3) =>
  new RunningLimits({
    perNode,
    perMember,
    perAddress,
    addressOf: (memberId) => memberId.split('-')[0] ?? '',
    clock,
  })
const waits = (by: string, since: number): Waiting => ({ roomId: `room-${by}-${since}`, by, since })
const chosen = (from: readonly Waiting[]) => from.map(({ by, since }) => `${by}@${since}`)

describe('[R7.3] a slot', () => {
  it('is available up to the limits of the node, the member and the address', () => {
    const running = limits()
    const taken = (by: string) => running.take(by) !== null
    expect(['home-1', 'home-1'].map(taken)).toEqual([true, true])
    expect(taken('home-1')).toBe(false)
    expect(['home-2'].map(taken)).toEqual([true])
    expect(taken('home-3')).toBe(false)
    expect(['office-1', 'cafe-1', 'train-1'].map(taken)).toEqual([true, true, true])
    expect(running.size).toBe(6)
    expect(taken('bus-1')).toBe(false)
  })

  it('counts for the address that its member is connected from now, also if that was unknown when it began', () => {
    let address = 'unknown'
    const running = new RunningLimits({
      ...{ perNode: 6, perMember: 6, perAddress: 2, clock },
      addressOf: () => address,
    })
    for (const by of ['home-1', 'home-2']) running.hold(by)
    address = 'home'
    expect(running.take('home-1')).toBeNull()
    expect(chosen(running.choose([waits('home-2', 1)]))).toEqual([])
  })

  it('is free again after its release, which counts once', () => {
    const running = limits()
    const places = [running.take('home-1'), running.take('home-1')]
    places[0]?.release()
    places[0]?.release()
    expect(running.size).toBe(1)
    expect(running.take('home-1')).not.toBeNull()
  })

  it('goes to waiting questions before new ones', () => {
    const running = limits(1)
    const first = running.take('home-1')
    expect(running.take('office-1')).toBeNull()
    first?.release()
    expect(running.take('cafe-1')).toBeNull()
    expect(chosen(running.choose([waits('office-1', 1)]))).toEqual(['office-1@1'])
    expect(running.take('cafe-1')).toBeNull()
    running.choose([])
    expect(running.take('cafe-1')).not.toBeNull()
  })

  it('is available to others at once while a member waits only because of their own limit', () => {
    const running = limits(6, 1)
    running.take('home-1')
    expect(running.take('home-1')).toBeNull()
    expect(running.take('office-1')).not.toBeNull()
    expect(chosen(running.choose([waits('home-1', 1)]))).toEqual([])
    expect(running.take('cafe-1')).not.toBeNull()
  })

  it('is available soon after the node was full, even if another node starts the waiting questions', () => {
    const running = limits(1)
    const first = running.take('home-1')
    expect(running.take('office-1')).toBeNull()
    first?.release()
    expect(running.take('cafe-1')).toBeNull()
    clock.tick(3000)
    expect(running.take('cafe-1')).not.toBeNull()
  })

  it('also counts for an answer that started without asking', () => {
    const running = limits(2, 1)
    const held = running.hold('home-1')
    running.hold('home-1')
    expect(running.take('office-1')).toBeNull()
    held.release()
    expect(running.size).toBe(1)
  })
})

describe('[R7.3] a chosen question', () => {
  it('keeps its slot until it runs, whatever comes meanwhile', () => {
    const running = limits(2)
    running.choose([waits('home-1', 1), waits('cafe-1', 2)])
    expect(running.take('office-1')).toBeNull()
    const places = [running.hold('home-1'), running.hold('cafe-1')]
    running.keepPromises()
    expect(running.size).toBe(2)
    for (const place of places) place.release()
    expect(running.size).toBe(0)
  })

  it('gives its slot back if it does not start here', () => {
    const running = limits(2)
    running.choose([waits('home-1', 1)])
    running.choose([])
    expect(running.size).toBe(0)
  })
})

describe('[R7.3] a slot for a question of an unknown member', () => {
  it('is available while nobody is at a limit', () => {
    const running = limits(6, 2)
    running.hold('home-1')
    expect(running.take(null)).not.toBeNull()
    running.hold('home-1')
    expect(running.take(null)).toBeNull()
  })
})

describe('[R7.3] among waiting questions', () => {
  it('those of members with the fewest answers start first, and among these the longest waiting', () => {
    const running = limits(4)
    running.hold('home-1')
    const waiting = [
      waits('home-1', 1),
      waits('office-1', 5),
      waits('office-1', 2),
      waits('cafe-1', 3),
    ]
    expect(chosen(running.choose(waiting))).toEqual(['office-1@2', 'cafe-1@3', 'home-1@1'])
  })

  it('those of one member in many rooms delay nobody, and get no more than one share', () => {
    const running = limits(6)
    const flood = Array.from({ length: 1000 }, (_, index) => waits('flood-1', index))
    const first = chosen(running.choose([...flood, waits('home-1', 5000), waits('cafe-1', 6000)]))
    expect(first.toSorted()).toEqual(['cafe-1@6000', 'flood-1@0', 'flood-1@1', 'home-1@5000'])
  })

  it('those of fifty sessions at one address get the share of one address', () => {
    const running = limits(32, 4, 8)
    const waiting = Array.from({ length: 50 }, (_, index) => waits(`flood-${index}`, index))
    expect(running.choose(waiting)).toHaveLength(8)
  })
})

describe('[R7.3] a room starts its next question in the same step', () => {
  it('while nobody waits and nobody is at a limit', () => {
    const running = limits(2, 2, 3)
    running.hold('home-1')
    expect(running.mayGoOn('home-1')).toBe(true)
    running.hold('office-1')
    expect(running.mayGoOn('home-1')).toBe(true)
  })

  it('not if another member is at the limit, since the question may be theirs', () => {
    const running = limits(8, 2, 4)
    running.hold('home-1')
    running.hold('office-1')
    running.hold('office-1')
    expect(running.mayGoOn('home-1')).toBe(false)
    expect(running.mayGoOn('office-1')).toBe(true)
  })

  it('not while somebody waits elsewhere', () => {
    const running = limits(1)
    const first = running.take('home-1')
    running.take('office-1')
    expect(running.mayGoOn('home-1')).toBe(false)
    running.choose([])
    expect(running.mayGoOn('home-1')).toBe(true)
    first?.release()
  })
})
