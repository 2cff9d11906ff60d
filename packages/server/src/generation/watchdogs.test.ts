import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { Watchdogs } from './watchdogs.ts'

const LIMITS = { firstEventMs: 10, silenceMs: 20, answerMs: 100 }

describe('[R5.2] a watchdog whose timers do not fire', () => {
  it('ends a stream that never pauses by the clock', () => {
    const clock = new SimulatedClock(0)
    const late: string[] = []
    const watchdogs = new Watchdogs(clock, LIMITS, (code) => late.push(code))
    watchdogs.begin()
    watchdogs.asks()
    for (; clock.now() < 100; clock.sleep(1)) watchdogs.hears()
    expect(late).toEqual([])
    watchdogs.hears()
    expect(late).toEqual(['too-slow'])
  })
})
