import { describe, expect, it } from 'vitest'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import type { SpentTokens } from './spent-tokens.ts'
import { Spending } from './spending.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const usage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  estimated: false,
})

/** The spending of all nodes, with a way to make the storage fail. */
function aStore() {
  const days = new Map<string, number>()
  const store = { days, isAway: false }
  const spent: SpentTokens = {
    add(day, tokens) {
      if (store.isAway) return Promise.reject(new Error('away'))
      days.set(day, (days.get(day) ?? 0) + tokens)
      return Promise.resolve(days.get(day) ?? 0)
    },
  }
  return { ...store, spent, away: (is: boolean) => (store.isAway = is), days }
}

function spendingOf(store: ReturnType<typeof aStore>, dailyTokens: number | undefined) {
  const clock = new SimulatedClock()
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const spending = new Spending({ store: store.spent, clock, dailyTokens, isOff: false, onError })
  return { clock, spending, errors }
}

describe('the tokens of a day', () => {
  it('are charged by estimate before they are spent, and exactly at the end', async () => {
    const store = aStore()
    const { spending } = spendingOf(store, 1000)
    await spending.open()
    spending.asks('g', 300)
    await settle()
    expect([...store.days.values()]).toEqual([300])
    expect(spending.finished('g', true, usage(250, 100))).toBe(350)
    await settle()
    expect([...store.days.values()]).toEqual([350])
  })

  it('of an answer without a report stay charged as estimated, and the estimate is dropped', async () => {
    const store = aStore()
    const { spending } = spendingOf(store, 1000)
    await spending.open()
    spending.asks('g', 300)
    spending.lost('g')
    await settle()
    expect([...store.days.values()]).toEqual([300])
    // The estimate is no longer known here.
    spending.finished('g', true, usage(10, 0))
    await settle()
    expect([...store.days.values()]).toEqual([310])
  })

  it('refuse questions once they are used up, until the next day', async () => {
    const { spending, clock } = spendingOf(aStore(), 1000)
    await spending.open()
    expect(spending.refusal()).toBeNull()
    spending.asks('g', 1000)
    expect(spending.refusal()?.code).toBe('tokens-used-up')
    await settle()
    expect(spending.refusal()?.code).toBe('tokens-used-up')
    await clock.advance(DAY_MS)
    expect(spending.refusal()).toBeNull()
    await spending.close()
  })

  it('include those of all nodes, and of this one before its restart', async () => {
    const store = aStore()
    const [one, other] = [spendingOf(store, 1000), spendingOf(store, 1000)]
    await one.spending.open()
    await other.spending.open()
    one.spending.asks('g', 1000)
    await settle()
    expect(other.spending.refusal()).toBeNull()
    await other.clock.advance(5000)
    expect(other.spending.refusal()?.code).toBe('tokens-used-up')
    const again = spendingOf(store, 1000)
    await again.spending.open()
    expect(again.spending.refusal()?.code).toBe('tokens-used-up')
    for (const { spending } of [one, other, again]) await spending.close()
  })

  it('count locally while the storage is away, and are charged when it is back', async () => {
    const store = aStore()
    const { spending, clock, errors } = spendingOf(store, 1000)
    await spending.open()
    store.away(true)
    spending.asks('g', 1000)
    await settle()
    expect(spending.refusal()?.code).toBe('tokens-used-up')
    expect(errors).toHaveLength(1)
    store.away(false)
    await clock.advance(5000)
    expect([...store.days.values()]).toEqual([1000])
    await spending.close()
  })

  it('are zero for an answer that was stopped before Claude was asked', async () => {
    const store = aStore()
    const { spending } = spendingOf(store, 1000)
    await spending.open()
    spending.asks('g', 300)
    expect(spending.finished('g', false, usage(0, 0))).toBe(0)
    await settle()
    expect([...store.days.values()]).toEqual([0])
  })

  it('stay as estimated if Claude does not report them, and a second prompt replaces the first', async () => {
    const store = aStore()
    const { spending } = spendingOf(store, 10_000)
    await spending.open()
    spending.asks('g', 300)
    spending.asks('g', 200)
    expect(spending.finished('g', true, usage(0, 7))).toBe(207)
    await settle()
    expect([...store.days.values()]).toEqual([207])
  })

  it('are neither stored nor limited without a limit', async () => {
    const store = aStore()
    const { spending } = spendingOf(store, undefined)
    await spending.open()
    spending.asks('g', 1e9)
    expect(spending.finished('g', true, usage(5, 5))).toBe(10)
    expect(spending.refusal()).toBeNull()
    expect(store.days.size).toBe(0)
  })
})

describe('the switch', () => {
  it('refuses every question from then on', () => {
    const { spending } = spendingOf(aStore(), undefined)
    spending.off()
    expect(spending.refusal()?.code).toBe('spending-off')
  })
})
