// The short event stream that detects a proxy that buffers streams.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedClock } from '@roomcast/test/doubles/clock.ts'
import { TokenBucket } from '../access/token-bucket.ts'
import { STREAM_HEADERS } from '../events/frame.ts'
import { makeLogger } from '../logger.ts'
import { eventOf, GAP_MS, pieceFrom, PIECES } from '../proxy-check/pieces.ts'
import { handleErrors } from './errors.ts'
import { proxyCheckRoute } from './proxy-check-route.ts'

const PATH = '/proxy-check/events'
let clock: SimulatedClock
let url: string
let close: () => Promise<unknown>

beforeEach(async () => {
  clock = new SimulatedClock()
  const app = express()
  app.use(proxyCheckRoute(clock, new TokenBucket(clock, 10)))
  app.use(handleErrors(makeLogger('silent'), () => {}))
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
})
afterEach(() => close())

const ask = (init: RequestInit = {}) => fetch(`${url}${PATH}?nonce=abc-1`, init)

describe('GET /api/rooms/proxy-check/events', () => {
  it('writes a few pieces, some time apart, with the same headers as an event stream of a room', async () => {
    const response = await ask()
    const { Connection, ...others } = STREAM_HEADERS
    expect(Connection).toBe('close')
    for (const [name, value] of Object.entries(others))
      expect(response.headers.get(name)).toBe(value)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let number = 1; number <= PIECES; number++) {
      const { value } = (await reader?.read()) ?? {}
      const piece = { nonce: 'abc-1', number, after: (number - 1) * GAP_MS }
      expect(value).toBe(eventOf(piece))
      expect(pieceFrom(value?.trimEnd() ?? '')).toMatchObject(piece)
      await clock.advance(GAP_MS)
    }
    expect(await reader?.read()).toMatchObject({ done: true })
  })

  it('[R7.1] serves five streams at a time, and frees the places of closed ones', async () => {
    const leave = new AbortController()
    const open = await Promise.all(
      Array.from({ length: 5 }, (_, index) => ask(index === 0 ? { signal: leave.signal } : {})),
    )
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const refused = await ask()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    leave.abort()
    await expect.poll(() => clock.pending).toBe(4)
    expect((await ask()).status).toBe(200)
  })

  it('[R7.1] is limited per address and minute', async () => {
    const statuses = []
    for (let time = 0; time < 11; time++) {
      const response = await ask()
      statuses.push(response.status)
      await response.body?.cancel()
      await expect.poll(() => clock.pending).toBe(0)
    }
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429])
  })

  it('reflects no arbitrary text, and answers only GET', async () => {
    const response = await fetch(`${url}${PATH}?nonce=%3Cscript%3E`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(pieceFrom((await reader?.read())?.value?.trimEnd() ?? '')?.nonce).toBe('')
    expect((await ask({ method: 'HEAD' })).status).toBe(404)
  })
})
