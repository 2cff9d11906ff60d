import { describe, expect, it } from 'vitest'
import { type FrameSource, oncePerFrame } from './once-per-frame.ts'

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

  it('happens once per frame, however often it is requested', () => {
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

  it('does not happen once cancelled', () => {
    const { frames, timers, painter, count } = setup()
    painter.request()
    painter.cancel()
    run(frames)
    run(timers)
    expect(count()).toBe(0)
  })
})
