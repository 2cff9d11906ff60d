import { beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { ClaudeFailure, type ModelLimits } from './claude.ts'
import { ModelCatalog } from './model-catalog.ts'

const OTHER: ModelLimits = {
  ...{ id: 'other', name: 'Other', maxInputTokens: 10, maxOutputTokens: 5 },
  thinks: true,
}

let clock: SimulatedClock
let answer: () => Promise<readonly ModelLimits[]>
let asked: number
let heard: string[]
let catalog: ModelCatalog

beforeEach(() => {
  clock = new SimulatedClock()
  asked = 0
  heard = []
  catalog = new ModelCatalog({
    claude: {
      models: () => {
        asked++
        return answer()
      },
    },
    clock,
    defaultModel: 'preset',
    simulated: false,
    onLoaded: (isFirstTry) => heard.push(isFirstTry ? 'known at once' : 'known'),
    onUnread: () => heard.push('not known'),
  })
  answer = () => Promise.reject(new ClaudeFailure('unreachable', { retryable: true }))
})

const refusal = (id: string) => {
  try {
    catalog.require(id)
    return null
  } catch (error) {
    return error
  }
}

describe('the available models', () => {
  it('are those in the list and the default', async () => {
    answer = () => Promise.resolve([OTHER])
    await catalog.open()
    expect(heard).toEqual(['known at once'])
    for (const id of ['preset', 'other']) expect(refusal(id)).toBeNull()
    expect(refusal('none')).toMatchObject({ body: { code: 'model-unknown' } })
    expect(clock.pending).toBe(0)
  })

  it('are only the default while the list is not loaded, and the error is reported', async () => {
    await catalog.open()
    expect(heard).toEqual(['not known'])
    expect(refusal('preset')).toBeNull()
    expect(refusal('other')).toMatchObject({
      body: { code: 'model-unknown', message: expect.stringContaining('not known yet') as string },
    })
    expect(catalog.list().models.map(({ id }) => id)).toEqual(['preset'])
  })

  it('are requested again, with growing pauses, until they arrive', async () => {
    await catalog.open()
    await clock.advance(1000 + 2000 + 4000)
    expect(asked).toBe(4)
    await clock.advance(10 * 60_000)
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(20)
    answer = () => Promise.resolve([OTHER])
    await clock.advance(60_000)
    expect(heard).toEqual(['not known', 'known'])
    expect(refusal('other')).toBeNull()
    expect(clock.pending).toBe(0)
  })

  it('delay a start by no more than a second', async () => {
    answer = () => new Promise(() => undefined)
    let isOpen = false
    void catalog.open().then(() => (isOpen = true))
    await clock.advance(999)
    expect(isOpen).toBe(false)
    await clock.advance(1)
    expect(isOpen).toBe(true)
  })

  it('are not requested any more after close', async () => {
    await catalog.open()
    catalog.close()
    await clock.advance(60_000)
    expect(asked).toBe(1)
    expect(clock.pending).toBe(0)
  })
})
