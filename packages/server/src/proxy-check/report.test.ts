// The log lines of a node about the way from its public address.
import { beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { makeLogger } from '../logger.ts'
import { type Finding, finding, type FindingCode } from './findings.ts'
import { reportProxy } from './report.ts'

const WAITS_MS = [2000, 30_000, 120_000]
let clock: SimulatedClock
let lines: { level: number; host: string; code?: FindingCode; msg: string }[]
let looks: number

beforeEach(() => {
  clock = new SimulatedClock()
  lines = []
  looks = 0
})

/** Reports the findings of the first check, the second and so on. */
function report(...found: readonly (readonly FindingCode[])[]): () => void {
  const logger = makeLogger('debug', {
    write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
  })
  const check = (): Promise<readonly Finding[]> =>
    Promise.resolve((found[looks++] ?? []).map((code) => finding(code, 'http://secret/')))
  return reportProxy('https://rooms.example.org', { clock, logger, check })
}

async function passAll(): Promise<void> {
  for (const wait of WAITS_MS) await clock.advance(wait)
}

describe('the report of a node on its proxy', () => {
  it('is one line at info if all is well', async () => {
    report([])
    await clock.advance(1999)
    expect(looks).toBe(0)
    await passAll()
    expect(lines).toMatchObject([
      { level: 30, host: 'rooms.example.org', msg: 'PUBLIC_URL leads here, live and unbuffered' },
    ])
    expect([looks, clock.pending]).toEqual([1, 0])
  })

  it('is one warning per problem, with advice', async () => {
    report(['buffered', 'not-upgraded'])
    await passAll()
    expect(lines).toMatchObject([
      {
        level: 40,
        code: 'buffered',
        msg: expect.stringContaining('proxy_buffering off') as string,
      },
      { level: 40, code: 'not-upgraded', msg: expect.stringContaining('Upgrade') as string },
    ])
    expect(looks).toBe(1)
  })

  it('waits for a proxy that starts later', async () => {
    report(['unreachable'], ['no-node'], [])
    await passAll()
    expect(lines).toMatchObject([{ level: 30 }])
    expect(looks).toBe(3)
  })

  it('gives up after the third check', async () => {
    report(['unreachable'], ['unreachable'], ['unreachable'], [])
    await passAll()
    await clock.advance(24 * 60 * 60 * 1000)
    expect(lines).toMatchObject([{ level: 40, code: 'unreachable' }])
    expect([looks, clock.pending]).toEqual([3, 0])
  })

  it('can be cancelled, even during a check', async () => {
    report(['unreachable'])()
    const stop = report(['buffered'])
    await clock.advance(1999)
    const looking = clock.advance(1)
    stop()
    await looking
    await passAll()
    expect(lines).toEqual([])
    expect(clock.pending).toBe(0)
  })
})
