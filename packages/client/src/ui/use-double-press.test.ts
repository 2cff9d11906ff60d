import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { AGAIN_MS, useDoublePress } from './use-double-press.ts'

describe('a key that must be pressed twice', () => {
  it('counts at the second press, after which it starts over', () => {
    const { armed, press } = useDoublePress(new SimulatedClock(0))
    expect([press(), armed.value]).toEqual([false, true])
    expect([press(), armed.value]).toEqual([true, false])
    expect([press(), armed.value]).toEqual([false, true])
  })

  it('forgets the first press after a while', () => {
    const clock = new SimulatedClock(0)
    const { armed, press } = useDoublePress(clock)
    press()
    clock.tick(AGAIN_MS)
    expect([armed.value, press()]).toEqual([false, false])
    // The new first press lasts just as long.
    clock.tick(AGAIN_MS - 1)
    expect(press()).toBe(true)
  })

  it('forgets the first press immediately when disarmed', () => {
    const { armed, press, disarm } = useDoublePress(new SimulatedClock(0))
    press()
    disarm()
    expect([armed.value, press()]).toEqual([false, false])
  })
})
