import { describe, expect, it } from 'vitest'
import { followsAfter } from './follow-rule.ts'
import { type FrameSource, oncePerFrame } from './once-per-frame.ts'

describe('following the end', () => {
  const LONG_AGO = 10_000

  it('ends when the reader scrolls away', () => {
    expect(followsAfter(true, { distance: 300, sinceIntent: 50, up: true })).toBe(false)
  })

  it('ends with the first small step up, which growing text must not take back', () => {
    expect(followsAfter(true, { distance: 10, sinceIntent: 50, up: true })).toBe(false)
    expect(followsAfter(false, { distance: 20, sinceIntent: 50, up: true })).toBe(false)
  })

  it('does not end when the text moves by itself', () => {
    for (const up of [true, false])
      expect(followsAfter(true, { distance: 300, sinceIntent: LONG_AGO, up })).toBe(true)
    expect(followsAfter(true, { distance: 0, sinceIntent: 50, up: true })).toBe(true)
  })

  it('does not end when the text grows a lot right after the reader went to its end', () => {
    expect(followsAfter(true, { distance: 2000, sinceIntent: 50, up: false })).toBe(true)
  })

  it('begins again at the end, however the reader got there', () => {
    expect(followsAfter(false, { distance: 40, sinceIntent: 0, up: false })).toBe(true)
    expect(followsAfter(false, { distance: 40, sinceIntent: LONG_AGO, up: false })).toBe(true)
  })

  it('does not begin by itself away from the end', () => {
    expect(followsAfter(false, { distance: 300, sinceIntent: LONG_AGO, up: false })).toBe(false)
  })
})

describe('painting', () => {
  function setup() {
    const frames = new Set<() => void>()
    const timers = new Set<() => void>()
    const add = (to: Set<() => void>, callback: () => void) => {
      to.add(callback)
      return () => void to.delete(callback)
    }
    const source: FrameSource = {
      frame: (callback) => add(frames, callback),
      after: (_ms, callback) => add(timers, callback),
    }
    let painted = 0
    return { frames, timers, painter: oncePerFrame(() => painted++, source), count: () => painted }
  }
  const run = (callbacks: Set<() => void>) => [...callbacks].forEach((callback) => callback())

  it('happens once per frame, however often it is asked for', () => {
    const { frames, timers, painter, count } = setup()
    for (let time = 0; time < 5; time++) painter.request()
    run(frames)
    run(timers)
    expect(count()).toBe(1)
    painter.request()
    run(frames)
    expect(count()).toBe(2)
  })

  it('happens in a hidden tab, which has no frames', () => {
    const { timers, painter, count } = setup()
    painter.request()
    run(timers)
    expect(count()).toBe(1)
  })

  it('does not happen after it was cancelled', () => {
    const { frames, timers, painter, count } = setup()
    painter.request()
    painter.cancel()
    run(frames)
    run(timers)
    expect(count()).toBe(0)
  })
})
