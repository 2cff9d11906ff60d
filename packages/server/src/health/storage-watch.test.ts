import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ErrorCode, Refusal } from '@roomcast/shared/protocol'
import { settle, SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { StorageWatch } from './storage-watch.ts'

/** The outcome of each poll: an answer after so long, a refusal, or nothing. */
type Mood = { readonly after: number } | { readonly refuses: ErrorCode } | 'silent'

let clock: SimulatedClock
let mood: Mood
/** The reported changes: codes, and null for recovery. */
let told: (string | null)[]
let catchUp: () => Promise<void>
let watch: StorageWatch
/** Polls without an answer yet; they are answered when the storage thaws. */
let frozen: (() => void)[]

beforeEach(() => {
  clock = new SimulatedClock()
  mood = { after: 1 }
  told = []
  frozen = []
  catchUp = () => Promise.resolve()
  watch = new StorageWatch({
    clock,
    ask: () =>
      new Promise((resolve, reject) => {
        if (mood === 'silent') frozen.push(resolve)
        else if ('refuses' in mood) reject(new Refusal(mood.refuses))
        else clock.after(mood.after, resolve)
      }),
    catchUp: () => catchUp(),
    onChange: (trouble) => told.push(trouble && trouble.code),
  })
  watch.start()
})
afterEach(() => {
  watch.close()
})

function thaw(): void {
  mood = { after: 1 }
  for (const answer of frozen.splice(0)) answer()
}

describe('[R5.3] a storage that does not answer', () => {
  it('is away within two seconds, which is reported once', async () => {
    await clock.advance(60_000)
    mood = 'silent'
    await clock.advance(2000)
    expect(told).toEqual(['storage-unavailable'])
    await clock.advance(60_000)
    expect(told).toHaveLength(1)
  })

  it('is back within a second, after the missed updates', async () => {
    mood = 'silent'
    await clock.advance(10_000)
    let arrives: () => void = () => undefined
    catchUp = () => new Promise((resolve) => (arrives = resolve))
    thaw()
    await clock.advance(1000)
    expect(told).toEqual(['storage-unavailable'])
    arrives()
    await settle()
    expect(told).toEqual(['storage-unavailable', null])
  })

  it('is not back if it falls silent again while the missed updates are fetched', async () => {
    mood = 'silent'
    await clock.advance(10_000)
    let arrives: () => void = () => undefined
    catchUp = () => new Promise((resolve) => (arrives = resolve))
    thaw()
    await clock.advance(1000)
    mood = 'silent'
    await clock.advance(3000)
    arrives()
    await settle()
    expect(told).toEqual(['storage-unavailable'])
    catchUp = () => Promise.resolve()
    thaw()
    await clock.advance(1000)
    expect(told).toEqual(['storage-unavailable', null])
  })

  it('is not back while its answers are slow', async () => {
    mood = 'silent'
    await clock.advance(5000)
    thaw()
    mood = { after: 900 }
    await clock.advance(20_000)
    expect(told).toEqual(['storage-unavailable'])
  })

  it('is asked again if the missed updates cannot be fetched', async () => {
    mood = 'silent'
    await clock.advance(5000)
    let tries = 0
    catchUp = () => ((tries += 1) < 3 ? Promise.reject(new Error('away')) : Promise.resolve())
    thaw()
    await clock.advance(3000)
    expect(told).toEqual(['storage-unavailable', null])
  })
})

describe('[R5.3] a storage that refuses', () => {
  it('to save is away, or full, and back with the next answer', async () => {
    mood = { refuses: 'storage-unavailable' }
    await clock.advance(1500)
    expect(told).toEqual(['storage-unavailable'])
    mood = { refuses: 'storage-full' }
    await clock.advance(1500)
    expect(told).toEqual(['storage-unavailable', 'storage-full'])
    mood = { after: 1 }
    await clock.advance(600)
    expect(told).toEqual(['storage-unavailable', 'storage-full', null])
  })
})

describe('[R5.3] no change is reported', () => {
  it('for one slow answer after another', async () => {
    mood = { after: 950 }
    await clock.advance(60_000)
    expect(told).toEqual([])
  })

  it('for an occasional refusal, such as during a reconnection', async () => {
    for (let round = 0; round < 10; round++) {
      mood = { refuses: 'storage-unavailable' }
      await clock.advance(500)
      mood = { after: 1 }
      await clock.advance(2000)
    }
    expect(told).toEqual([])
  })

  it('if the storage went unheard because this process was stalled', async () => {
    await clock.advance(499)
    mood = 'silent'
    await clock.advance(1)
    // The process resumes: its timers are due before it reads the answers that have arrived.
    clock.sleep(30_000)
    await clock.advance(0)
    thaw()
    await clock.advance(5000)
    expect(told).toEqual([])
  })

  it('after the watch is closed', async () => {
    mood = 'silent'
    await clock.advance(500)
    watch.close()
    expect(clock.pending).toBe(0)
    await clock.advance(5000)
    expect(told).toEqual([])
  })
})
