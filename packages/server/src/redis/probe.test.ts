import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import type { Connections } from './connections.ts'
import { Probe } from './probe.ts'
import type { Listener, Subscriptions } from './subscriptions.ts'

let clock: SimulatedClock
let probe: Probe
/** Whether Redis takes what is published, and whether it delivers it. */
let answers: boolean
let delivers: boolean
let reopened: number
let told: (number | null)[]

beforeEach(async () => {
  clock = new SimulatedClock()
  ;[answers, delivers, reopened, told] = [true, true, 0, []]
  const listeners = new Set<Listener>()
  const publish = () => {
    if (!answers) return Promise.reject(new Error('away'))
    if (delivers) for (const listener of listeners) listener('')
    return Promise.resolve(1)
  }
  const connections = {
    cluster: false,
    publishCommand: 'publish',
    commands: { publish },
    reopenSubscriber: () => (reopened += 1),
  }
  const subscriptions = {
    subscribe: (_name: string, listener: Listener) => {
      listeners.add(listener)
      return Promise.resolve(() => listeners.delete(listener))
    },
  }
  probe = await Probe.start(
    connections as unknown as Connections,
    subscriptions as unknown as Subscriptions,
    clock,
    'probe',
    (silentMs) => told.push(silentMs),
  )
})
afterEach(() => probe.stop())

describe('the probe of the subscriptions', () => {
  it('subscribes anew after 12 s in which nothing came, and says when it is heard again', async () => {
    await clock.advance(60_000)
    expect([reopened, told]).toEqual([0, []])
    delivers = false
    await clock.advance(20_000)
    expect(reopened).toBe(1)
    expect(told).toEqual([expect.any(Number)])
    expect(told[0]).toBeGreaterThan(12_000)
    delivers = true
    await clock.advance(10_000)
    expect(told.slice(1)).toEqual([null])
    await clock.advance(60_000)
    expect([reopened, told.length]).toEqual([1, 2])
  })

  it('says nothing after Redis was away for long: nothing could be heard of it', async () => {
    answers = delivers = false
    await clock.advance(60_000)
    answers = true
    await clock.advance(5000)
    delivers = true
    await clock.advance(60_000)
    expect([reopened, told]).toEqual([0, []])
  })

  it('looks again every 12 s as long as nothing comes', async () => {
    delivers = false
    await clock.advance(60_000)
    expect(reopened).toBeGreaterThan(2)
    expect(told).toHaveLength(reopened)
  })
})
