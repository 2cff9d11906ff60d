import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import type { Connections } from './connections.ts'
import { SubscriptionProbe } from './subscription-probe.ts'
import type { Listener, Subscriptions } from './subscriptions.ts'

let clock: SimulatedClock
let probe: SubscriptionProbe
/** Whether Redis accepts publishes, and whether it delivers them. */
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
  probe = await SubscriptionProbe.start(
    connections as unknown as Connections,
    subscriptions as unknown as Subscriptions,
    clock,
    'probe',
    (silentMs) => told.push(silentMs),
  )
})
afterEach(() => probe.stop())

describe('the probe of the subscriptions', () => {
  it('resubscribes after 12 s of silence, and reports when messages arrive again', async () => {
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

  it('reports nothing after a long outage of Redis, during which nothing could arrive', async () => {
    answers = delivers = false
    await clock.advance(60_000)
    answers = true
    await clock.advance(5000)
    delivers = true
    await clock.advance(60_000)
    expect([reopened, told]).toEqual([0, []])
  })

  it('resubscribes every 12 s as long as nothing arrives', async () => {
    delivers = false
    await clock.advance(60_000)
    expect(reopened).toBeGreaterThan(2)
    expect(told).toHaveLength(reopened)
  })
})
