import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { AGAIN_MS, useDoublePress } from './use-double-press.ts'

describe('a key that has to be pressed twice', () => {
  it('counts at the second press, and begins anew after it', () => {
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
    // From that one on it is as long again.
    clock.tick(AGAIN_MS - 1)
    expect(press()).toBe(true)
  })

  it('forgets it at once when there is something else to stop', () => {
    const { armed, press, disarm } = useDoublePress(new SimulatedClock(0))
    press()
    disarm()
    expect([armed.value, press()]).toEqual([false, false])
  })
})
