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
  /** A question that takes `ms`, half of it on the way there, to a Redis that is ahead by `ahead`. */
  const ask = (ms: number, ahead: number) => {
    const asked = clock.now()
    clock.tick(ms)
    time.learn(asked, asked + ms / 2 + ahead)
  }

  test('is what Redis said, half of the way later', () => {
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

  test('is learned from a slower answer when the last one is long ago: clocks drift', () => {
    ask(20, 5000)
    clock.tick(600_000)
    ask(400, 5100)
    expect(time.next()).toBe(clock.now() + 5100)
  })

  test('is another one each time, and never goes back', () => {
    ask(0, 5000)
    const times = [time.next(), time.next()]
    ask(0, 4000)
    times.push(time.next())
    expect(times).toEqual([6000, 6001, 6002])
  })
})
