import { beforeEach, describe, expect, test } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { RedisTime } from './redis-time.ts'

describe('the time of Redis', () => {
  let clock: SimulatedClock
  let time: RedisTime
  beforeEach(() => {
    clock = new SimulatedClock(1000)
    time = new RedisTime(clock)
  })
  /** A request for the time that takes `ms`, half of it on the way there, to a Redis that is ahead by `ahead`. */
  const ask = (ms: number, ahead: number) => {
    const asked = clock.now()
    clock.tick(ms)
    time.learn(asked, asked + ms / 2 + ahead)
  }

  test('is the answer of Redis plus half of the round trip', () => {
    ask(20, 5000)
    expect(time.next()).toBe(clock.now() + 5000)
  })

  test('is not learned from an answer that was slower than the one before', () => {
    ask(20, 5000)
    ask(400, 5100)
    expect(time.next()).toBe(clock.now() + 5000)
    ask(4, 5007)
    expect(time.next()).toBe(clock.now() + 5007)
  })

  test('is learned from a slower answer if the last one is long ago, since clocks drift', () => {
    ask(20, 5000)
    clock.tick(600_000)
    ask(400, 5100)
    expect(time.next()).toBe(clock.now() + 5100)
  })

  test('differs on every call and never goes back', () => {
    ask(0, 5000)
    const times = [time.next(), time.next()]
    ask(0, 4000)
    times.push(time.next())
    expect(times).toEqual([6000, 6001, 6002])
  })
})
