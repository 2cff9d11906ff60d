import { effectScope, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { type Aim, MOMENT_MS, notePresses, useAim } from './use-aim.ts'

function aiming(keysHit = false) {
  const clock = new SimulatedClock(0)
  const what = ref('first')
  const visible = ref(true)
  const missed: string[] = []
  const aim = effectScope().run(() =>
    useAim(() => what.value, { clock, visible, keysHit, missed: () => missed.push(what.value) }),
  ) as Aim
  return { clock, what, visible, missed, aim }
}

describe('a press', () => {
  it('hits a target that is unchanged, and misses one that changed a moment ago', () => {
    const { aim, what, clock, missed } = aiming()
    expect(aim.hits()).toBe(true)
    what.value = 'second'
    expect([aim.hits(), aim.fresh.value]).toEqual([false, true])
    clock.tick(MOMENT_MS - 1)
    expect(aim.hits()).toBe(false)
    clock.tick(1)
    expect([aim.hits(), aim.fresh.value]).toEqual([true, false])
    expect(missed).toEqual(['second', 'second'])
  })

  it('does nothing within a moment of each of many changes', () => {
    const { aim, what, clock } = aiming()
    for (const next of ['second', '', 'third', 'first']) {
      what.value = next
      expect(aim.hits()).toBe(false)
      clock.tick(MOMENT_MS / 2)
      expect(aim.hits()).toBe(false)
    }
    clock.tick(MOMENT_MS / 2)
    expect(aim.hits()).toBe(true)
  })

  it('that began before a change misses the new target, however long it is held', () => {
    const { aim, what, clock, missed } = aiming()
    aim.note(false)
    what.value = 'second'
    clock.tick(10 * MOMENT_MS)
    expect(aim.hits()).toBe(false)
    aim.forget()
    expect(aim.hits()).toBe(true)
    expect(missed).toEqual(['second'])
  })

  it('of a key hits the focused element where only positions change', () => {
    for (const keysHit of [true, false]) {
      const { aim, what } = aiming(keysHit)
      aim.note(true)
      what.value = 'second'
      expect(aim.hits()).toBe(keysHit)
      aim.note(false)
      expect(aim.hits()).toBe(false)
    }
  })

  it('misses until a moment after the change became visible', () => {
    const { aim, what, visible, clock } = aiming()
    visible.value = false
    what.value = 'second'
    clock.tick(60_000)
    visible.value = true
    expect(aim.hits()).toBe(false)
    clock.tick(MOMENT_MS)
    expect(aim.hits()).toBe(true)
  })

  it('is noted when it begins, not again while the key repeats, and forgotten when it ends', () => {
    const { aim, what, clock } = aiming()
    const page = new EventTarget()
    const end = notePresses(page, clock, [aim])
    page.dispatchEvent(new Event('keydown'))
    what.value = 'second'
    clock.tick(MOMENT_MS)
    page.dispatchEvent(Object.assign(new Event('keydown'), { repeat: true }))
    // The button gets the event before the press is forgotten.
    page.dispatchEvent(new Event('keyup'))
    expect(aim.hits()).toBe(false)
    clock.tick(0)
    expect(aim.hits()).toBe(true)
    for (const [down, up] of [
      ['pointerdown', 'click'] as const,
      ['pointerdown', 'pointercancel'],
    ]) {
      page.dispatchEvent(new Event(down))
      what.value += '!'
      clock.tick(MOMENT_MS)
      expect(aim.hits()).toBe(false)
      page.dispatchEvent(new Event(up))
      clock.tick(0)
      expect(aim.hits()).toBe(true)
    }
    end()
    page.dispatchEvent(new Event('pointerdown'))
    what.value = 'third'
    clock.tick(MOMENT_MS)
    expect(aim.hits()).toBe(true)
  })
})
