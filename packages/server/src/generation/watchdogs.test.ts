import { describe, expect, it } from 'vitest'
import { Watchdogs } from './watchdogs.ts'

const LIMITS = { firstEventMs: 10, silenceMs: 20, answerMs: 100 }

describe('[R5.2] a watchdog whose timers do not come to run', () => {
  it('ends what never stops sending by the clock', () => {
    let now = 0
    const late: string[] = []
    const busy = { now: () => now, after: () => () => undefined }
    const watchdogs = new Watchdogs(busy, LIMITS, (code) => late.push(code))
    watchdogs.begin()
    watchdogs.asks()
    for (; now < 100; now++) watchdogs.hears()
    expect(late).toEqual([])
    watchdogs.hears()
    expect(late).toEqual(['too-slow'])
  })
})
