import { describe, expect, it } from 'vitest'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { type Check, Health, type Readiness } from './health.ts'
import { LoopLag } from './loop-lag.ts'
import { watchHealth } from './node-health.ts'
import { StoragePulse } from './storage-pulse.ts'

const READY: Readiness = { ready: true }

describe('a node', () => {
  /** A node with one check, whose problem the test sets. */
  function nodeWith(patienceMs = 5000) {
    const clock = new SimulatedClock()
    const ails: { why: string | null } = { why: null }
    const check: Check = { name: 'storage', check: () => ails.why, patienceMs }
    const health = new Health(clock, [check])
    health.start()
    return { clock, ails, health }
  }

  it('is ready without problems', async () => {
    const { clock, health } = nodeWith()
    expect(health.readiness()).toEqual(READY)
    await clock.advance(60_000)
    expect(health.readiness()).toEqual(READY)
  })

  it('is not ready after five seconds of trouble, says why, and is ready again as soon as it is over', async () => {
    const { clock, ails, health } = nodeWith()
    ails.why = 'It is away.'
    await clock.advance(1000)
    await clock.advance(4999)
    expect(health.readiness()).toEqual(READY)
    await clock.advance(1)
    expect(health.readiness()).toEqual({
      ready: false,
      failing: [{ name: 'storage', why: 'It is away.' }],
    })
    ails.why = null
    expect(health.readiness()).toEqual(READY)
  })

  it('notices trouble even between requests', async () => {
    const { clock, ails, health } = nodeWith()
    ails.why = 'It is away.'
    await clock.advance(6000)
    expect(health.readiness().ready).toBe(false)
  })

  it('starts counting again when trouble returns', async () => {
    const { clock, ails, health } = nodeWith()
    for (let round = 0; round < 5; round++) {
      ails.why = 'It is away.'
      await clock.advance(4000)
      ails.why = null
      await clock.advance(1000)
    }
    ails.why = 'It is away.'
    await clock.advance(4000)
    expect(health.readiness()).toEqual(READY)
  })

  it('is not ready at once for a check without patience', () => {
    const { ails, health } = nodeWith(0)
    ails.why = 'Going down.'
    expect(health.readiness()).toMatchObject({ ready: false })
  })

  it('stops its checks when it is closed', () => {
    const { clock, health } = nodeWith()
    expect(clock.pending).toBe(1)
    health.close()
    health.close()
    expect(clock.pending).toBe(0)
  })
})

describe('the pulse of the storage', () => {
  /** A storage whose answers the test controls. */
  function storage() {
    const clock = new SimulatedClock()
    const owed: { answer: () => void; refuse: () => void }[] = []
    const ping = () =>
      new Promise<void>((answer, reject) => {
        owed.push({ answer, refuse: () => reject(new Error('refused')) })
      })
    const pulse = new StoragePulse(clock, ping)
    pulse.start()
    return { clock, owed, pulse }
  }

  it('is well while answers come within half a second', async () => {
    const { clock, owed, pulse } = storage()
    for (let second = 0; second < 10; second++) {
      await clock.advance(500)
      expect(pulse.check()).toBeNull()
      owed.shift()?.answer()
      await clock.advance(500)
      expect(pulse.check()).toBeNull()
    }
    expect(owed).toHaveLength(1)
  })

  it('is not well from half a second without an answer until the next one', async () => {
    const { clock, owed, pulse } = storage()
    await clock.advance(501)
    expect(pulse.check()).toBe('The storage has not answered for 0.5 s.')
    await clock.advance(9000)
    expect(pulse.check()).toBe('The storage has not answered for 9.5 s.')
    // The first ping is given up by now, so a lost answer is not waited for.
    expect(owed).toHaveLength(2)
    await clock.advance(500)
    expect(owed).toHaveLength(3)
    owed.at(-1)?.answer()
    await settle()
    expect(pulse.check()).toBeNull()
  })

  it('is not well while answers are slow, at any moment', async () => {
    const { clock, owed, pulse } = storage()
    await clock.advance(800)
    owed.shift()?.answer()
    await clock.advance(200)
    expect(owed).toHaveLength(1)
    expect(pulse.check()).toBe('The storage answers after 0.8 s only.')
    owed.shift()?.answer()
    await settle()
    expect(pulse.check()).toBeNull()
  })

  it('is not well while commands are refused', async () => {
    const { clock, owed, pulse } = storage()
    for (let second = 0; second < 3; second++) {
      owed.shift()?.refuse()
      await clock.advance(1000)
    }
    expect(pulse.check()).toBe('The storage has not answered for 3.0 s.')
    owed.shift()?.answer()
    await settle()
    expect(pulse.check()).toBeNull()
  })
})

describe('the lag of the event loop', () => {
  it('is that of the last complete window, without the sampling interval', async () => {
    const clock = new SimulatedClock()
    const recorded: number[] = []
    const lag = new LoopLag(clock, {
      enable: () => true,
      disable: () => true,
      percentile: (of) => (of === 99 ? (recorded.at(-1) ?? 511) : NaN),
      reset: () => void recorded.splice(0),
    })
    lag.start()
    recorded.push(270e6)
    await clock.advance(4999)
    expect(lag.p99Ms).toBe(0)
    await clock.advance(1)
    expect(lag.p99Ms).toBe(250)
    recorded.push(20e6)
    await clock.advance(5000)
    expect(lag.p99Ms).toBe(0)
    await clock.advance(5000)
    expect(lag.p99Ms).toBe(0)
    lag.close()
    expect(clock.pending).toBe(0)
  })

  it('shows when this process is kept busy', async () => {
    const clock = new SimulatedClock()
    const lag = new LoopLag(clock)
    lag.start()
    for (let time = 0; time < 2; time++) {
      const until = performance.now() + 250
      while (performance.now() < until);
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    await clock.advance(5000)
    expect(lag.p99Ms).toBeGreaterThan(200)
    lag.close()
  })
})

describe('the health of a node', () => {
  it('names the storage, the subscriptions and a shutdown', async () => {
    const clock = new SimulatedClock()
    let probeAge: number | null = null
    let draining = false
    let answers = true
    const health = watchHealth({
      clock,
      ping: () => (answers ? Promise.resolve() : Promise.reject(new Error('away'))),
      probeAgeMs: () => probeAge,
      isDraining: () => draining,
    })
    await clock.advance(60_000)
    expect(health.readiness()).toEqual(READY)
    expect(health.loopLagMs()).toBeGreaterThanOrEqual(0)

    probeAge = 20_000
    await clock.advance(10_000)
    expect(health.readiness()).toEqual(READY)
    probeAge = 20_001
    await clock.advance(5000)
    expect(health.readiness()).toEqual(READY)
    await clock.advance(1000)
    const stale = 'Nothing has come through the subscriptions for 20 s.'
    expect(health.readiness()).toEqual({
      ready: false,
      failing: [{ name: 'subscriptions', why: stale }],
    })

    probeAge = 0
    answers = false
    await clock.advance(8000)
    expect(health.readiness()).toMatchObject({ failing: [{ name: 'storage' }] })
    answers = true
    await clock.advance(1000)
    expect(health.readiness()).toEqual(READY)

    draining = true
    expect(health.readiness()).toEqual({
      ready: false,
      failing: [{ name: 'draining', why: 'Going down.' }],
    })
    health.close()
    health.close()
    expect(clock.pending).toBe(0)
  })
})
