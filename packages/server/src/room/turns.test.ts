import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { Turns } from './turns.ts'

/** Turns on a clock that each act advances by its cost. */
function turns() {
  const clock = new SimulatedClock()
  let spent = 0
  const all = new Turns({ clock, milliseconds: () => clock.now() + spent })
  const done: string[] = []
  const act =
    (name: string, cost = 0) =>
    () => {
      spent += cost
      done.push(name)
      return name
    }
  const of = (memberId: string, address = memberId) => all.of({ memberId, address })
  return { clock, all, done, act, of }
}

describe('[R7.1] turns', () => {
  it('come at once if nobody waits, and return the result of the act', async () => {
    const { of, act } = turns()
    expect(await of('ada')(act('a'))).toBe('a')
    await expect(of('ada')(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await of('ada')(act('b'))).toBe('b')
  })

  it('leave the process to other work for as long as they had it', async () => {
    const { clock, of, act, done } = turns()
    const all = [of('ada')(act('a', 10)), of('ada')(act('b', 10)), of('ada')(act('c', 10))]
    await clock.advance(9)
    expect(done).toEqual(['a'])
    await clock.advance(1)
    expect(done).toEqual(['a', 'b'])
    await clock.advance(10)
    await Promise.all(all)
    expect(done).toEqual(['a', 'b', 'c'])
  })

  it('rotate among addresses, and within an address among members', async () => {
    const { clock, of, act, done } = turns()
    const all = [
      ...['1', '2', '3'].map((n) => of('mallory1', 'hers')(act(`m1.${n}`, 5))),
      ...['1', '2', '3'].map((n) => of('mallory2', 'hers')(act(`m2.${n}`, 5))),
      of('ada')(act('ada', 5)),
      of('bob')(act('bob', 5)),
    ]
    await clock.advance(100)
    await Promise.all(all)
    expect(done).toEqual(
      ['m1.1', 'm1.2', 'ada', 'bob', 'm2.1', 'm1.3', 'm2.2', 'm2.3'].sort(
        (a, b) => done.indexOf(a) - done.indexOf(b),
      ),
    )
    expect(done.indexOf('ada')).toBeLessThan(4)
    expect(done.indexOf('bob')).toBeLessThan(5)
    expect(done.indexOf('m2.1')).toBeLessThan(done.indexOf('m1.3'))
  })

  it('are not held up by an act that waits for storage', async () => {
    const { clock, of, act, done } = turns()
    let arrive: () => void = () => undefined
    const slow = of('ada')(() => new Promise<void>((resolve) => (arrive = resolve)))
    const quick = of('bob')(act('bob'))
    await clock.advance(49)
    expect(done).toEqual([])
    await clock.advance(100)
    expect(await quick).toBe('bob')
    arrive()
    await slow
  })

  it('are refused beyond the queue limits per member, per address and in total', async () => {
    const { clock, all, of, act } = turns()
    let arrive: () => void = () => undefined
    const slow = of('x')(() => new Promise<void>((resolve) => (arrive = resolve)))
    const waiting: Promise<unknown>[] = []
    const refused: number[] = []
    const count = (memberId: string, address: string, times: number) => {
      const before = all.waiting
      for (let time = 0; time < times; time++)
        try {
          waiting.push(of(memberId, address)(act('.')))
        } catch {
          refused.push(1)
        }
      return all.waiting - before
    }
    expect(count('ada', 'hers', 150)).toBe(100)
    let address = 100
    for (let member = 0; member < 20; member++) address += count(`m${member}`, 'hers', 90)
    expect(address).toBe(1000)
    for (let other = 0; other < 60; other++) count(`o${other}`, `a${other}`, 100)
    expect(all.waiting).toBe(5000)
    expect(refused.length).toBeGreaterThan(0)
    arrive()
    await slow
    await clock.advance(1000)
    await Promise.all(waiting)
    expect(all.waiting).toBe(0)
  })
})
