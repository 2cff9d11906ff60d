import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TokenBucket } from './token-bucket.ts'

function takes(bucket: TokenBucket, key: string, times: number): number {
  return Array.from({ length: times }, () => bucket.take(key)).filter(Boolean).length
}

describe('TokenBucket', () => {
  it('allows a burst, and one more as time passes', () => {
    const clock = new SimulatedClock()
    const bucket = new TokenBucket(clock, 60)
    expect(takes(bucket, 'a', 100)).toBe(60)
    clock.tick(999)
    expect(bucket.take('a')).toBe(false)
    clock.tick(1)
    expect(takes(bucket, 'a', 5)).toBe(1)
    clock.tick(10 * 60_000)
    expect(takes(bucket, 'a', 100)).toBe(60)
  })

  it('keeps keys apart', () => {
    const bucket = new TokenBucket(new SimulatedClock(), 2)
    expect(takes(bucket, 'a', 5)).toBe(2)
    expect(takes(bucket, 'b', 5)).toBe(2)
  })

  it('remembers a bounded number of keys, those used last', () => {
    const bucket = new TokenBucket(new SimulatedClock(), 1, 2)
    for (const key of ['a', 'b', 'a', 'c']) bucket.take(key)
    expect(bucket.take('a')).toBe(false)
    expect(bucket.take('b')).toBe(true)
  })

  it('takes several tokens at a time, or none', () => {
    const clock = new SimulatedClock()
    const bucket = new TokenBucket(clock, 60)
    expect(bucket.take('a', 50)).toBe(true)
    expect(bucket.has('a', 11)).toBe(false)
    expect(bucket.take('a', 11)).toBe(false)
    expect(bucket.take('a', 10)).toBe(true)
    expect(bucket.refillSeconds(11)).toBe(11)
    clock.tick(11_000)
    expect(bucket.take('a', 11)).toBe(true)
  })

  it('tolerates a clock that is set back', () => {
    const clock = new SimulatedClock()
    const bucket = new TokenBucket(clock, 1)
    bucket.take('a')
    clock.tick(-60_000)
    expect(bucket.take('a')).toBe(false)
  })
})
